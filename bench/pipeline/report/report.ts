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
import { flat_workload, opening_workload } from '../flat/drive.ts'
import type { Plan } from '../plan.ts'
import { workload } from '../rows.ts'
import type { RuntimeReport } from '../runtimes/runtime.ts'
import { chartsOf } from './charts.ts'
import { goalsOf, missedOf } from './goals.ts'
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

const load_per_core_max = 0.5
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
    shortfalls(figures),
    ...noisy(run),
    '## Goals',
    goalTable(figures),
    '## Where it ran',
    machineTable(run),
    ...chartsOf(figures).map(({ name, chart }) => `![${chart.title}](${name}.svg)`),
    ...figures.runtimes.flatMap((runtime) => [`## ${runtime}`, ...tablesOf(figures, runtime)]),
    '## How it is measured',
    howItIsMeasured(run.plan),
  ]
  return `${sections.filter((section) => section !== '').join('\n\n')}\n`
}

/** The first paragraph. */
function shortfalls(figures: Figures): string {
  const goals = goalsOf(figures)
  const missed = missedOf(figures)
  const open = goals.filter(({ met }) => met === undefined).length
  const unknown = open === 0 ? '' : ` ${open} of ${goals.length} were not measured in this run.`
  if (missed.length === 0) return `No goal that was measured is missed.${unknown}`
  const list = missed.map(({ goal, where, got }) => `${where}: ${goal} (it is ${got})`).join('; ')
  return `**It falls short of ${missed.length} of ${goals.length} goals:** ${list}.${unknown}`
}

function noisy({ machine: { load_per_core: before }, load_per_core_after: after }: Run): string[] {
  if (before <= load_per_core_max && after <= load_per_core_max + own_load_per_core) return []
  const load = `${before.toFixed(1)} processes per core wanted to run before it, ${after.toFixed(1)} at its end, its own among them`
  return [`**The machine was busy with other things** (${load}): expect noise.`]
}

function goalTable(figures: Figures): string {
  const verdict = (met: boolean | undefined) => (met === undefined ? 'not measured' : met ? 'reached' : '**missed**')
  const rows = goalsOf(figures).map(({ goal, where, got, met }) => [goal, where, got ?? '', verdict(met)])
  return table(['goal', 'where', 'measured', ''], rows)
}

function machineTable({ machine, load_per_core_after, reports, missing }: Run): string {
  const rows = [
    ['processor', `${machine.cpu}, ${machine.cores} cores`],
    ['memory', `${machine.memory_gib} GiB`],
    ['system', machine.system],
    [
      'load before the run, and at its end',
      `${machine.load_per_core.toFixed(2)}, ${load_per_core_after.toFixed(2)} per core`,
    ],
    ...reports.map(({ name, version }) => [name, version]),
    ...missing.map((why) => ['left out', why]),
  ]
  return table(['', ''], rows)
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
      withSpread(at('throughput')),
      pair(at('durable_p50'), at('durable_p99')),
      pair(at('accepted_p50'), at('accepted_p99')),
      plain(at('lag')),
      plain(at('written')),
      plain(at('written_rate')),
      plain(at('ratio_to_platform')),
      plain(at('ratio_to_transactional')),
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
      return [`${name.replace('_', ' ')}, ${unit}`, withSpread(at('young')), withSpread(at('old')), plain(row)]
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
    return [`${batch.toLocaleString('en')} ${what}`, withSpread(row), plain(longest)]
  })
  return rows.length === 0 ? '' : table(['opening a store with', 'ms', 'longest, ms'], rows)
}

function withSpread(row: Pick<Row, 'value' | 'spread'> | undefined): string {
  if (row === undefined || row.value === null) return ''
  const share = row.value === 0 ? 0 : (row.spread / 2 / row.value) * 100
  return `${shortNumber(row.value)} ± ${share.toFixed(0)} %`
}

function plain(row: Pick<Row, 'value'> | undefined): string {
  return row === undefined || row.value === null ? '' : digits(row.value)
}

function pair(a: Row | undefined, b: Row | undefined): string {
  return a === undefined || b === undefined ? '' : `${plain(a)} / ${plain(b)}`
}

function digits(value: number): string {
  return value >= 100 ? value.toFixed(0) : value >= 1 ? value.toFixed(2) : value.toFixed(3)
}
