/**
 * The report in Markdown: first where it falls short, then everything.
 *
 * @module
 */
import { Figures } from '../../core/report/figures.ts'
import { table } from '../../core/report/table.ts'
import type { Machine } from '../../machine.ts'
import type { Row } from '../../row.ts'
import { contenderNames } from '../contenders.ts'
import type { Plan } from '../plan.ts'
import { rollback_workload } from '../rollback/workload.ts'
import { workloadOf } from '../rows.ts'
import { chartsOf } from './charts.ts'
import { goalsOf, missedOf } from './goals.ts'
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

const load_per_core_max = 0.5

/** @returns the whole document */
export function writeReport(run: Run): string {
  const { plan } = run
  const figures = new Figures(run.rows)
  const sections = [
    '# Chains: what a request through many hosts costs',
    shortfalls(figures),
    ...noisy(run.machine),
    '## Goals',
    goalTable(figures),
    '## Where it ran',
    machineTable(run),
    ...chartsOf(figures, plan).map(({ name, chart }) => `![${chart.title}](${name}.svg)`),
    ...[...run.versions.keys()].flatMap((runtime) => [`## ${runtime}`, ...loadTables(figures, plan, runtime)]),
    ...titled('## Between hosts', wireTable(figures, plan)),
    ...titled('## One crash in a random graph', rollbackTable(figures)),
    ...titled('## A process that is killed', recoveryTable(figures)),
    '## How it is measured',
    howItIsMeasured(plan),
  ]
  return `${sections.filter((section) => section !== '').join('\n\n')}\n`
}

function titled(title: string, content: string): string[] {
  return content === '' ? [] : [title, content]
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

function noisy({ load_per_core }: Machine): string[] {
  if (load_per_core <= load_per_core_max) return []
  const load = load_per_core.toFixed(1)
  return [`**The machine was busy with other things** (${load} processes per core wanted to run): expect noise.`]
}

function goalTable(figures: Figures): string {
  const verdict = (met: boolean | undefined) => (met === undefined ? 'not measured' : met ? 'reached' : '**missed**')
  const rows = goalsOf(figures).map(({ goal, where, got, met }) => [goal, where, got ?? '', verdict(met)])
  return table(['goal', 'where', 'measured', ''], rows)
}

function machineTable({ machine, versions, missing }: Run): string {
  const rows = [
    ['processor', `${machine.cpu}, ${machine.cores} cores`],
    ['memory', `${machine.memory_gib} GiB`],
    ['system', machine.system],
    ['load before the run', `${machine.load_per_core.toFixed(2)} per core`],
    ...[...versions].map(([name, version]) => [name, version]),
    ...missing.map((why) => ['left out', why]),
  ]
  return table(['', ''], rows)
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
      const latencies = [pair(at('committed_p50'), at('committed_p99')), pair(at('accepted_p50'), at('accepted_p99'))]
      const counts = ['commits', 'frames', 'questions', 'cpu', 'requests'].map((metric) => plain(at(metric)))
      return [...names, ...latencies, withSpread(at('throughput')), ...counts]
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
          plain(figures.row({ runtime: 'wire', workload: row.workload, contender, batch, metric }))
        return [[contender, `${length}`, `${batch}`, at('headers'), at('vectors'), at('answers')]]
      }),
    ),
  )
  const units = ['headers, B/message', 'of that vectors', 'acks and questions, B/message']
  return rows.length === 0 ? '' : table(['', 'hosts', 'in flight', ...units], rows)
}

function rollbackTable(figures: Figures): string {
  const rows = figures.all({ workload: rollback_workload, metric: 'crashes' }).map(({ batch, value }) => {
    const at = (metric: string) => plain(figures.row({ workload: rollback_workload, batch, metric }))
    const shares = [at('dependent'), at('rolled_back'), at('needlessly'), '100']
    return [`${batch} messages/s`, `${value}`, ...shares, at('orphans'), at('repaired')]
  })
  const shares = ['truly depended, %', 'rolled back, %', 'of that needlessly', 'by a global cut, %']
  return rows.length === 0 ? '' : table(['', 'crashes', ...shares, 'orphans', 'repaired after, ms'], rows)
}

function recoveryTable(figures: Figures): string {
  const rows = figures.all({ metric: 'beyond_start' }).map(({ contender, workload }) => {
    const at = (metric: string) => withSpread(figures.row({ workload, contender, metric }))
    return [`${contender}, ${workload}`, at('start'), at('beyond_start'), at('cpu_beyond_start')]
  })
  return rows.length === 0
    ? ''
    : table(
        ['', 'start of the platform, ms', 'first committed answer beyond it, ms', 'of that on the processor, ms'],
        rows,
      )
}

function withSpread(row: Pick<Row, 'value' | 'spread'> | undefined): string {
  if (row === undefined || row.value === null) return ''
  const share = row.value === 0 ? 0 : (row.spread / 2 / row.value) * 100
  return `${digits(row.value)} ± ${share.toFixed(0)} %`
}

function plain(row: Pick<Row, 'value'> | undefined): string {
  return row === undefined || row.value === null ? '' : digits(row.value)
}

function pair(a: Row | undefined, b: Row | undefined): string {
  return a === undefined || b === undefined ? '' : `${plain(a)} / ${plain(b)}`
}

function digits(value: number): string {
  return value >= 100 || Number.isInteger(value) ? value.toFixed(0) : value >= 10 ? value.toFixed(1) : value.toFixed(2)
}
