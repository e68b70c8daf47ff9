/**
 * The report in Markdown: first where it falls short, then everything.
 *
 * @module
 */
import { Figures } from '../../core/report/figures.ts'
import { table } from '../../core/report/table.ts'
import {
  document,
  goalTable,
  machineTable,
  noisy,
  pair,
  plain,
  shortfalls,
  titled,
  withSpread,
} from '../../harness/report.ts'
import type { Machine } from '../../machine.ts'
import type { Row } from '../../row.ts'
import { contenderNames } from '../contenders.ts'
import type { Plan } from '../plan.ts'
import { rollback_workload } from '../rollback/workload.ts'
import { workloadOf } from '../rows.ts'
import { chartsOf } from './charts.ts'
import { goalsOf } from './goals.ts'
import { howItIsMeasured } from './method.ts'

export interface Run {
  readonly machine: Machine
  readonly plan: Plan
  /** What it ran on, by place. */
  readonly versions: ReadonlyMap<string, string>
  readonly rows: readonly Row[]
  /** What was asked for and isn't there, with the reason. */
  readonly missing: readonly string[]
}

/** @returns the whole document */
export function writeReport(run: Run): string {
  const { plan } = run
  const figures = new Figures(run.rows)
  const sections = [
    '# Chains: what a request through many hosts costs',
    shortfalls(goalsOf(figures)),
    ...noisy(run.machine),
    '## Goals',
    goalTable(goalsOf(figures)),
    '## Where it ran',
    machineTable(run.machine, undefined, [...run.versions], run.missing),
    ...chartsOf(figures, plan).map(({ name, chart }) => `![${chart.title}](${name}.svg)`),
    ...[...run.versions.keys()].flatMap((runtime) => [`## ${runtime}`, ...loadTables(figures, plan, runtime)]),
    ...titled('## Between hosts', wireTable(figures, plan)),
    ...titled('## One crash in a random graph', rollbackTable(figures)),
    ...titled('## A process that is killed', recoveryTable(figures)),
    '## How it is measured',
    howItIsMeasured(plan),
  ]
  return document(sections)
}

/** One table for each length and flush that was measured. */
function loadTables(figures: Figures, { lengths, flushes_ms }: Plan, runtime: string): string[] {
  return flushes_ms.flatMap((flush_ms) => {
    const rows = lengths.flatMap((length) => loadRows(figures, runtime, length, flush_ms))
    const head = ['', 'hosts', 'in flight', 'committed p50 / p99, ms', 'accepted p50 / p99, ms', 'requests/s']
    const more = ['commits/request', 'frames/request', 'questions/commit', 'processor, ms/request', 'requests timed']
    return rows.length === 0 ? [] : [`### A flush takes ${flush_ms} ms longer`, table([...head, ...more], rows)]
  })
}

function loadRows(figures: Figures, runtime: string, length: number, flush_ms: number): string[][] {
  const workload = workloadOf(length, flush_ms)
  return contenderNames.flatMap((contender) =>
    figures.all({ runtime, workload, contender, metric: 'throughput' }).map(({ batch }) => {
      const at = (metric: string) => figures.row({ runtime, workload, contender, batch, metric })
      const names = [contender, `${length}`, `${batch}`]
      const latencies = [
        pairOf(at('committed_p50'), at('committed_p99')),
        pairOf(at('accepted_p50'), at('accepted_p99')),
      ]
      const counts = ['commits', 'frames', 'questions', 'cpu', 'requests'].map((metric) => plainOf(at(metric)))
      return [...names, ...latencies, withSpreadOf(at('throughput')), ...counts]
    }),
  )
}

function wireTable(figures: Figures, { lengths, loops }: Plan): string {
  const rows = lengths.flatMap((length) =>
    contenderNames.flatMap((contender) =>
      loops.flatMap((batch) => {
        const row = figures
          .all({ runtime: 'wire', contender, batch })
          .find(({ workload }) => workload.startsWith(`${length} `))
        if (row === undefined) return []
        const at = (metric: string) =>
          plainOf(figures.row({ runtime: 'wire', workload: row.workload, contender, batch, metric }))
        return [[contender, `${length}`, `${batch}`, at('headers'), at('vectors'), at('answers')]]
      }),
    ),
  )
  const units = ['headers, B/message', 'of that vectors', 'acks and questions, B/message']
  return rows.length === 0 ? '' : table(['', 'hosts', 'in flight', ...units], rows)
}

function rollbackTable(figures: Figures): string {
  const rows = figures.all({ workload: rollback_workload, metric: 'crashes' }).map(({ batch, value }) => {
    const at = (metric: string) => plainOf(figures.row({ workload: rollback_workload, batch, metric }))
    const shares = [at('dependent'), at('rolled_back'), at('needlessly'), '100']
    return [`${batch} messages/s`, `${value}`, ...shares, at('orphans'), at('repaired')]
  })
  const shares = ['truly depended, %', 'rolled back, %', 'of that needlessly', 'by a global cut, %']
  return rows.length === 0 ? '' : table(['', 'crashes', ...shares, 'orphans', 'repaired after, ms'], rows)
}

function recoveryTable(figures: Figures): string {
  const rows = figures.all({ metric: 'beyond_start' }).map(({ contender, workload }) => {
    const at = (metric: string) => withSpreadOf(figures.row({ workload, contender, metric }))
    return [`${contender}, ${workload}`, at('start'), at('beyond_start'), at('cpu_beyond_start')]
  })
  return rows.length === 0
    ? ''
    : table(
        ['', 'start of the platform, ms', 'first committed answer beyond it, ms', 'of that on the processor, ms'],
        rows,
      )
}

function digits(value: number): string {
  return value >= 100 || Number.isInteger(value) ? value.toFixed(0) : value >= 10 ? value.toFixed(1) : value.toFixed(2)
}

const withSpreadOf = (row: Row | undefined): string => withSpread(row, digits)
const plainOf = (row: Pick<Row, 'value'> | undefined): string => plain(row, digits)
const pairOf = (one: Row | undefined, other: Row | undefined): string => pair(one, other, digits)
