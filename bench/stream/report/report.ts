/**
 * The report in Markdown: first where it falls short, then everything.
 *
 * @module
 */
import { shortNumber } from '../../chart/bar-chart.ts'
import { Figures } from '../../core/report/figures.ts'
import { table } from '../../core/report/table.ts'
import {
  document,
  goalTable,
  load_per_core_max,
  machineTable,
  pair,
  shortfalls,
  withSpread,
} from '../../harness/report.ts'
import type { Machine } from '../../machine.ts'
import type { Row } from '../../row.ts'
import { contenderNames } from '../contenders/contender.ts'
import type { Plan } from '../plan.ts'
import { workloadNames } from '../workloads/workload.ts'
import { chartName, chartOf } from './charts.ts'
import { goalsOf } from './goals.ts'
import { howItIsMeasured } from './method.ts'

export interface Run {
  /** Before the run. */
  readonly machine: Machine
  /** At its end: what else the machine had to do meanwhile is in it, beside the run itself. */
  readonly load_per_core_after: number
  readonly plan: Plan
  readonly versions: readonly string[]
  readonly rows: readonly Row[]
  /** Runtimes that were asked for and aren't there, with the reason. */
  readonly missing: readonly string[]
}

/** @returns the whole document */
export function writeReport(run: Run): string {
  const figures = new Figures(run.rows)
  const sections = [
    '# Streams: records through filter, key and window',
    shortfalls(goalsOf(figures)),
    ...busy(run),
    goalTable(goalsOf(figures)),
    `![${chartOf(figures).title}](${chartName})`,
    ...figures.runtimes.flatMap((runtime) => [`## ${runtime}`, resultTable(figures, runtime)]),
    '## Where it ran',
    machineTable(
      run.machine,
      run.load_per_core_after,
      run.versions.map((version) => ['runs in', version]),
      run.missing,
    ),
    '## How it is measured',
    howItIsMeasured(run.plan),
  ]
  return document(sections)
}

function busy({ machine: { load_per_core } }: Run): string[] {
  if (load_per_core <= load_per_core_max) return []
  const load = `${load_per_core.toFixed(1)} processes per core wanted to run before it`
  return [
    `**The machine was busy with other things** (${load}): expect noise, and read records per second of one core rather than records per second.`,
  ]
}

function resultTable(figures: Figures, runtime: string): string {
  const rows = workloadNames.flatMap((workload) =>
    contenderNames.map((contender) => {
      const at = (metric: string) => figures.row({ runtime, workload, contender, metric })
      const { payload_bytes = 0 } = at('throughput') ?? {}
      return [
        workload,
        contender,
        `${payload_bytes}`,
        withSpread(at('throughput'), shortNumber),
        withSpread(at('processor'), shortNumber),
        pair(at('seen_p50'), at('seen_p99'), digits),
        pair(at('committed_p50'), at('committed_p99'), digits),
      ]
    }),
  )
  const latencies = ['result seen p50 / p99, ms', 'committed p50 / p99, ms']
  return table(['', '', 'bytes a record', 'records/s', 'per second of one core', ...latencies], rows)
}

const digits = (value: number): string => value.toFixed(value >= 100 ? 0 : 1)
