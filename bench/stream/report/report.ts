/**
 * The report in Markdown: first where it falls short, then everything.
 *
 * @module
 */
import { shortNumber } from '../../chart/bar-chart.ts'
import { Figures } from '../../core/report/figures.ts'
import { table } from '../../core/report/table.ts'
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

const load_per_core_max = 0.5

/** @returns the whole document */
export function writeReport(run: Run): string {
  const figures = new Figures(run.rows)
  const sections = [
    '# Streams: records through filter, key and window',
    shortfalls(figures),
    ...busy(run),
    goalTable(figures),
    `![${chartOf(figures).title}](${chartName})`,
    ...figures.runtimes.flatMap((runtime) => [`## ${runtime}`, resultTable(figures, runtime)]),
    '## Where it ran',
    machineTable(run),
    '## How it is measured',
    howItIsMeasured(run.plan),
  ]
  return `${sections.join('\n\n')}\n`
}

function shortfalls(figures: Figures): string {
  const goals = goalsOf(figures)
  const missed = goals.filter(({ met }) => met === false)
  const unknown = goals.some(({ met }) => met === undefined) ? ' Not every goal was measured in this run.' : ''
  if (missed.length === 0) return `No goal that was measured is missed.${unknown}`
  return `**It falls short:** ${missed.map(({ goal, where, got }) => `${where}: ${goal} (it is ${got})`).join('; ')}.${unknown}`
}

function busy({ machine: { load_per_core } }: Run): string[] {
  if (load_per_core <= load_per_core_max) return []
  const load = `${load_per_core.toFixed(1)} processes per core wanted to run before it`
  return [
    `**The machine was busy with other things** (${load}): expect noise, and read records per second of one core rather than records per second.`,
  ]
}

function goalTable(figures: Figures): string {
  const verdict = (met: boolean | undefined) => (met === undefined ? 'not measured' : met ? 'reached' : '**missed**')
  const rows = goalsOf(figures).map(({ goal, where, got, met }) => [goal, where, got ?? '', verdict(met)])
  return table(['goal', 'where', 'measured', ''], rows)
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
        withSpread(at('throughput')),
        withSpread(at('processor')),
        pair(at('seen_p50'), at('seen_p99')),
        pair(at('committed_p50'), at('committed_p99')),
      ]
    }),
  )
  const latencies = ['result seen p50 / p99, ms', 'committed p50 / p99, ms']
  return table(['', '', 'bytes a record', 'records/s', 'per second of one core', ...latencies], rows)
}

function machineTable({ machine, load_per_core_after, versions, missing }: Run): string {
  const rows = [
    ['processor', `${machine.cpu}, ${machine.cores} cores`],
    ['memory', `${machine.memory_gib} GiB`],
    ['system', machine.system],
    [
      'load before the run, and at its end',
      `${machine.load_per_core.toFixed(2)}, ${load_per_core_after.toFixed(2)} per core`,
    ],
    ...versions.map((version) => ['runs in', version]),
    ...missing.map((why) => ['left out', why]),
  ]
  return table(['', ''], rows)
}

function withSpread(row: Row | undefined): string {
  if (row === undefined || row.value === null) return ''
  const share = row.value === 0 ? 0 : (row.spread / 2 / row.value) * 100
  return `${shortNumber(row.value)} ± ${share.toFixed(0)} %`
}

function pair(one: Row | undefined, other: Row | undefined): string {
  const digits = (row: Row) => (row.value ?? 0).toFixed((row.value ?? 0) >= 100 ? 0 : 1)
  return one === undefined || other === undefined ? '' : `${digits(one)} / ${digits(other)}`
}
