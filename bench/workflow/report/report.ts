/**
 * The report in Markdown: first where it falls short, then everything.
 *
 * @module
 */
import { Figures } from '../../core/report/figures.ts'
import { table } from '../../core/report/table.ts'
import type { Machine } from '../../machine.ts'
import type { Row } from '../../row.ts'
import { contenderNames } from '../contenders/contender.ts'
import { long_workload, resume_workload } from '../long/measure.ts'
import type { Plan } from '../plan.ts'
import { three_steps } from '../rows.ts'
import { chartsOf } from './charts.ts'
import { goalsOf, missedOf } from './goals.ts'
import { howItIsMeasured } from './method.ts'

/** What ran, and what it promises. */
export interface Party {
  readonly name: string
  readonly version: string
  readonly durability: string
}

export interface Run {
  readonly machine: Machine
  /** As `Machine.load_per_core`, when all was done. */
  readonly load_after: number
  readonly plan: Plan
  readonly parties: readonly Party[]
  readonly rows: readonly Row[]
  /** What was asked for and isn't there, with the reason. */
  readonly missing: readonly string[]
}

const load_per_core_max = 0.5

/** @returns the whole document */
export function writeReport(run: Run): string {
  const figures = new Figures(run.rows)
  const sections = [
    '# Workflows: three durable steps, and ten thousand',
    shortfalls(figures),
    ...noisy(run.machine),
    '## Goals',
    goalTable(figures),
    '## What ran, and where',
    machineTable(run),
    ...titled('## Three steps over HTTP', stepTable(figures)),
    ...chartsOf(figures).map(({ name, chart }) => `![${chart.title}: ${chart.axis}](${name}.svg)`),
    ...titled(`## A long workflow`, longTable(figures, run.plan)),
    ...titled('## Going on after its store was opened again', resumeTable(figures)),
    '## How it is measured',
    howItIsMeasured(run.plan),
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

function machineTable({ machine, load_after, parties, missing }: Run): string {
  const rows = [
    ['processor', `${machine.cpu}, ${machine.cores} cores`],
    ['memory', `${machine.memory_gib} GiB`],
    ['system', machine.system],
    ['load before the run', `${machine.load_per_core.toFixed(2)} per core`],
    ['load at its end, its own with it', `${load_after.toFixed(2)} per core`],
    ...parties.map(({ name, version, durability }) => [name, `${version}. ${durability}`]),
    ...missing.map((why) => ['left out', why]),
  ]
  return table(['', ''], rows)
}

function stepTable(figures: Figures): string {
  const counts = [...new Set(figures.all({ workload: three_steps }).map(({ batch }) => batch))]
  const rows = counts.flatMap((batch) =>
    contenderNames.flatMap((contender) => {
      const at = (metric: string) => figures.row({ workload: three_steps, contender, batch, metric })
      if (at('p50') === undefined) return []
      const timed = ['p50', 'p99', 'throughput'].map((metric) => withSpread(at(metric)))
      const spent = ['flushes', 'cpu', 'client_cpu', 'runs'].map((metric) => plain(at(metric)))
      return [[contender, `${batch}`, ...timed, ...spent]]
    }),
  )
  const head = ['', 'clients', 'p50, ms', 'p99, ms', 'runs/s', 'flushes/run']
  return rows.length === 0 ? '' : table([...head, 'processor, ms/run', 'clients’ own, ms/run', 'runs timed'], rows)
}

function longTable(figures: Figures, { long: { stretch } }: Plan): string {
  const rows = figures.all({ workload: long_workload, metric: 'first' }).map(({ runtime, contender, batch }) => {
    const at = (metric: string) =>
      withSpread(figures.row({ workload: long_workload, runtime, contender, batch, metric }))
    const timed = [at('first'), at('last'), at('last_over_first')]
    return [runtime, contender, `${batch}`, ...timed, at('first_cpu'), at('last_cpu'), at('last_over_first_cpu')]
  })
  const head = ['', 'step', 'steps', `first ${stretch}, µs/step`, `last ${stretch}, µs/step`, 'last over first']
  head.push('first, on the processor', 'last, on the processor', 'last over first')
  return rows.length === 0 ? '' : table(head, rows)
}

function resumeTable(figures: Figures): string {
  const rows = figures.all({ workload: resume_workload }).map((row) => {
    return [row.runtime, row.contender, `${row.batch}`, withSpread(row)]
  })
  return rows.length === 0 ? '' : table(['', 'step', 'steps done', 'goes on after, ms'], rows)
}

function withSpread(row: Pick<Row, 'value' | 'spread'> | undefined): string {
  if (row === undefined || row.value === null) return ''
  const share = row.value === 0 ? 0 : (row.spread / 2 / row.value) * 100
  return `${digits(row.value)} ± ${share.toFixed(0)} %`
}

function plain(row: Pick<Row, 'value'> | undefined): string {
  return row === undefined || row.value === null ? '' : digits(row.value)
}

function digits(value: number): string {
  return value >= 100 || Number.isInteger(value) ? value.toFixed(0) : value >= 10 ? value.toFixed(1) : value.toFixed(2)
}
