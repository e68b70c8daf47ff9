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
  plain,
  shortfalls,
  titled,
  withSpread,
} from '../../harness/report.ts'
import type { Machine } from '../../machine.ts'
import type { Row } from '../../row.ts'
import { contenderNames } from '../contenders/contender.ts'
import { long_workload, resume_workload } from '../long/measure.ts'
import type { Plan } from '../plan.ts'
import { three_steps } from '../rows.ts'
import { chartsOf } from './charts.ts'
import { goalsOf } from './goals.ts'
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

/** @returns the whole document */
export function writeReport(run: Run): string {
  const figures = new Figures(run.rows)
  const sections = [
    '# Workflows: three durable steps, and ten thousand',
    shortfalls(goalsOf(figures)),
    ...noisy(run.machine),
    '## Goals',
    goalTable(goalsOf(figures)),
    '## What ran, and where',
    machineTable(
      run.machine,
      run.load_after,
      run.parties.map(({ name, version, durability }) => [name, `${version}. ${durability}`]),
      run.missing,
    ),
    ...titled('## Three steps over HTTP', stepTable(figures)),
    ...chartsOf(figures).map(({ name, chart }) => `![${chart.title}: ${chart.axis}](${name}.svg)`),
    ...titled(`## A long workflow`, longTable(figures, run.plan)),
    ...titled('## Going on after its store was opened again', resumeTable(figures)),
    '## How it is measured',
    howItIsMeasured(run.plan),
  ]
  return document(sections)
}

function stepTable(figures: Figures): string {
  const counts = [...new Set(figures.all({ workload: three_steps }).map(({ batch }) => batch))]
  const rows = counts.flatMap((batch) =>
    contenderNames.flatMap((contender) => {
      const at = (metric: string) => figures.row({ workload: three_steps, contender, batch, metric })
      if (at('p50') === undefined) return []
      const timed = ['p50', 'p99', 'throughput'].map((metric) => withSpreadOf(at(metric)))
      const spent = ['flushes', 'cpu', 'client_cpu', 'runs'].map((metric) => plainOf(at(metric)))
      return [[contender, `${batch}`, ...timed, ...spent]]
    }),
  )
  const head = ['', 'clients', 'p50, ms', 'p99, ms', 'runs/s', 'flushes/run']
  return rows.length === 0 ? '' : table([...head, 'processor, ms/run', 'clients’ own, ms/run', 'runs timed'], rows)
}

function longTable(figures: Figures, { long: { stretch } }: Plan): string {
  const rows = figures.all({ workload: long_workload, metric: 'first' }).map(({ runtime, contender, batch }) => {
    const at = (metric: string) =>
      withSpreadOf(figures.row({ workload: long_workload, runtime, contender, batch, metric }))
    const timed = [at('first'), at('last'), at('last_over_first')]
    return [runtime, contender, `${batch}`, ...timed, at('first_cpu'), at('last_cpu'), at('last_over_first_cpu')]
  })
  const head = ['', 'step', 'steps', `first ${stretch}, µs/step`, `last ${stretch}, µs/step`, 'last over first']
  head.push('first, on the processor', 'last, on the processor', 'last over first')
  return rows.length === 0 ? '' : table(head, rows)
}

function resumeTable(figures: Figures): string {
  const rows = figures.all({ workload: resume_workload }).map((row) => {
    return [row.runtime, row.contender, `${row.batch}`, withSpreadOf(row)]
  })
  return rows.length === 0 ? '' : table(['', 'step', 'steps done', 'goes on after, ms'], rows)
}

function digits(value: number): string {
  return value >= 100 || Number.isInteger(value) ? value.toFixed(0) : value >= 10 ? value.toFixed(1) : value.toFixed(2)
}

const withSpreadOf = (row: Row | undefined): string => withSpread(row, digits)
const plainOf = (row: Pick<Row, 'value'> | undefined): string => plain(row, digits)
