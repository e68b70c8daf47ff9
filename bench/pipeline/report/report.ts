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
  plain,
  shortfalls,
  withSpread,
} from '../../harness/report.ts'
import type { Machine } from '../../machine.ts'
import type { Row } from '../../row.ts'
import { flat_workload, opening_workload } from '../flat/drive.ts'
import type { Plan } from '../plan.ts'
import { workload } from '../rows.ts'
import type { RuntimeReport } from '../runtimes/runtime.ts'
import { chartsOf } from './charts.ts'
import { goalsOf } from './goals.ts'
import { howItIsMeasured } from './method.ts'
import { shareTable } from './shares.ts'

export interface Run {
  /** Before the run. */
  readonly machine: Machine
  /** At its end: what else the machine had to do meanwhile is in it, beside the run itself. */
  readonly load_per_core_after: number
  readonly plan: Plan
  readonly reports: readonly RuntimeReport[]
  /** Runtimes that were asked for and aren't there, with the reason. */
  readonly missing: readonly string[]
}

/** What the run itself comes to on two cores: a thread that computes, and one that writes. */
const own_load_per_core = 1

export function rowsOfRun({ reports }: Pick<Run, 'reports'>): Row[] {
  return reports.flatMap(({ rows }) => rows)
}

/** @returns the whole document */
export function writeReport(run: Run): string {
  const figures = new Figures(rowsOfRun(run))
  const sections = [
    '# The pipeline: from a message to a durable step',
    shortfalls(goalsOf(figures)),
    ...noisy(run),
    '## Goals',
    goalTable(goalsOf(figures)),
    '## Where it ran',
    machineTable(run.machine, run.load_per_core_after, versionsOf(run), run.missing),
    ...chartsOf(figures).map(({ name, chart }) => `![${chart.title}](${name}.svg)`),
    ...figures.runtimes.flatMap((runtime) => [`## ${runtime}`, ...tablesOf(figures, runtime)]),
    '## How it is measured',
    howItIsMeasured(run.plan),
  ]
  return document(sections)
}

function noisy({ machine: { load_per_core: before }, load_per_core_after: after }: Run): string[] {
  if (before <= load_per_core_max && after <= load_per_core_max + own_load_per_core) return []
  const load = `${before.toFixed(1)} processes per core wanted to run before it, ${after.toFixed(1)} at its end, its own among them`
  return [`**The machine was busy with other things** (${load}): expect noise.`]
}

function tablesOf(figures: Figures, runtime: string): string[] {
  return [
    loopTable(figures, runtime),
    shareTable(figures, runtime),
    flatTable(figures, runtime),
    openingTable(figures, runtime),
  ]
}

function loopTable(figures: Figures, runtime: string): string {
  const cells = figures.all({ runtime, workload, metric: 'throughput' })
  const rows = cells.map(({ contender, batch }) => {
    const at = (metric: string) => figures.row({ runtime, workload, contender, batch, metric })
    return [
      contender,
      `${batch}`,
      withSpreadOf(at('throughput')),
      pairOf(at('durable_p50'), at('durable_p99')),
      pairOf(at('accepted_p50'), at('accepted_p99')),
      plainOf(at('lag')),
      plainOf(at('written')),
      plainOf(at('written_rate')),
      plainOf(at('ratio_to_platform')),
      plainOf(at('ratio_to_transactional')),
    ]
  })
  const latencies = ['durable p50 / p99, ms', 'accepted p50 / p99, ms']
  return table(
    ['', 'producers', 'steps/s', ...latencies, 'lag, ms', 'B/step', 'MB/s', '× platform', '× transactional'],
    rows,
  )
}

function flatTable(figures: Figures, runtime: string): string {
  const old = figures.all({ runtime, workload: flat_workload, contender: 'old' })
  const rows = old
    .filter(({ metric }) => metric.endsWith('_growth'))
    .map(({ metric, ...row }) => {
      const name = metric.replace('_growth', '')
      const at = (contender: string) => figures.row({ runtime, workload: flat_workload, contender, metric: name })
      const unit = at('old')?.unit ?? ''
      return [`${name.replace('_', ' ')}, ${unit}`, withSpreadOf(at('young')), withSpreadOf(at('old')), plainOf(row)]
    })
  const steps = (contender: string) =>
    `after ${figures.row({ runtime, workload: flat_workload, contender })?.batch.toLocaleString('en')} steps`
  return rows.length === 0 ? '' : table(['', steps('young'), steps('old'), '×'], rows)
}

function openingTable(figures: Figures, runtime: string): string {
  const rows = figures.all({ runtime, workload: opening_workload, metric: 'duration' }).map((row) => {
    const { contender, batch } = row
    const longest = figures.row({ runtime, workload: opening_workload, contender, metric: 'longest' })
    const what = contender === 'seen' ? 'steps behind it' : 'messages pending'
    return [`${batch.toLocaleString('en')} ${what}`, withSpreadOf(row), plainOf(longest)]
  })
  return rows.length === 0 ? '' : table(['opening a store with', 'ms', 'longest, ms'], rows)
}

function digits(value: number): string {
  return value >= 100 ? value.toFixed(0) : value >= 1 ? value.toFixed(2) : value.toFixed(3)
}

function versionsOf({ reports }: Pick<Run, 'reports'>): (readonly [string, string])[] {
  return reports.map(({ name, version }) => [name, version])
}

const withSpreadOf = (row: Row | undefined): string => withSpread(row, shortNumber)
const plainOf = (row: Pick<Row, 'value'> | undefined): string => plain(row, digits)
const pairOf = (one: Row | undefined, other: Row | undefined): string => pair(one, other, digits)
