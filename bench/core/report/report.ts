/**
 * The report in Markdown: first where Wasm loses, then the goals, then everything.
 *
 * @module
 */
import { shortNumber } from '../../chart/bar-chart.ts'
import { document, goalTable, machineTable, noisy } from '../../harness/report.ts'
import type { Machine } from '../../machine.ts'
import type { Row } from '../../row.ts'
import type { Plan } from '../plan.ts'
import type { Profile } from '../profile.ts'
import type { RuntimeReport } from '../runtimes/runtime.ts'
import { chartsOf } from './charts.ts'
import { Figures } from './figures.ts'
import { goalsOf } from './goals.ts'
import { howItIsMeasured } from './method.ts'
import { table } from './table.ts'
import { whereTheTimeGoes } from './time.ts'
import { whereTypeScriptWins } from './wins.ts'

export interface Run {
  readonly machine: Machine
  readonly plan: Plan
  readonly reports: readonly RuntimeReport[]
  /** Runtimes that were asked for and aren't there, with the reason. */
  readonly missing: readonly string[]
  readonly profiles: readonly Profile[]
}

export function rowsOfRun({ reports }: Pick<Run, 'reports'>): Row[] {
  return reports.flatMap(({ rows }) => rows)
}

/** @returns the whole document */
export function writeReport(run: Run): string {
  const figures = new Figures(rowsOfRun(run))
  const sections = [
    '# The core: Wasm, its twin, and what people write today',
    whereTypeScriptWins(figures),
    ...noisy(run.machine),
    '## Goals',
    goalTable(goalsOf(figures)),
    '## Where it ran',
    machineTable(run.machine, undefined, versionsOf(run), run.missing),
    '## Charts',
    ...chartsOf(figures).map(({ name, chart }) => `![${chart.title}](${name}.svg)`),
    '## Where the time goes',
    whereTheTimeGoes(figures, run.profiles),
    ...figures.runtimes.flatMap((runtime) => [
      `## ${runtime}`,
      ratesTable(figures, runtime),
      ...extras(figures, runtime),
    ]),
    '## How it is measured',
    howItIsMeasured(run.plan),
  ]
  return document(sections)
}

function ratesTable(figures: Figures, runtime: string): string {
  const cell = (row: Row | undefined) => {
    if (row === undefined || row.value === null) return row === undefined ? '' : row.unit
    return `${shortNumber(row.value)} ± ${((row.spread / 2 / row.value) * 100).toFixed(0)} %`
  }
  const ratio = (row: Row | undefined) => (row?.value === undefined || row.value === null ? '' : row.value.toFixed(2))
  const measured = figures.all({ runtime, metric: 'throughput' })
  const places = new Map(measured.map((row) => [`${row.workload} ${row.payload_bytes} ${row.batch}`, row]))
  const rows = [...places.values()].map(({ workload, payload_bytes, batch, unit }) => {
    const place = { runtime, workload, payload_bytes, batch }
    const native = figures.row({ workload, payload_bytes, batch, runtime: 'native', metric: 'throughput' })
    return [
      workload,
      `${payload_bytes} × ${batch}`,
      unit,
      ...['wasm', 'twin', 'idiomatic'].map((contender) =>
        cell(figures.row({ ...place, contender, metric: 'throughput' })),
      ),
      cell(native),
      ratio(figures.row({ ...place, contender: 'wasm', metric: 'ratio_to_twin' })),
      ratio(figures.row({ ...place, contender: 'wasm', metric: 'ratio_to_idiomatic' })),
    ]
  })
  const head = ['workload', 'B × batch', 'unit', 'wasm', 'twin', 'idiomatic', 'C', 'wasm : twin', 'wasm : idiomatic']
  return table(head, rows)
}

/** Pauses, memory, and what could not be measured. */
function extras(figures: Figures, runtime: string): string[] {
  const value = (contender: string, metric: string) => {
    const found = figures.value({ runtime, contender, metric })
    return found === undefined ? '' : shortNumber(found)
  }
  const contenders = ['wasm', 'twin', 'idiomatic']
  const pauses = ['p50', 'p99', 'p99.9', 'longest', 'commit_p50', 'commit_longest']
  const soaked = figures.all({ runtime, metric: 'p50' }).length > 0
  const parts: string[] = []
  if (soaked) {
    parts.push(
      'Soak: one call of 256 messages of 128 B, and one commit of a MiB, in µs.',
      table(
        ['', ...pauses],
        contenders.map((name) => [name, ...pauses.map((metric) => value(name, metric))]),
      ),
    )
  }
  const memory = contenders.map((name) => value(name, 'memory')).map((bytes) => (bytes === '' ? 'unknown here' : bytes))
  parts.push('Memory for a pending message of 128 B, in bytes.', table(contenders, [memory]))
  const recovered = figures.all({ runtime, metric: 'duration' })
  if (recovered.length > 0) {
    parts.push('Recovery, in ms.', table(contenders, [contenders.map((name) => value(name, 'duration'))]))
  }
  const missing = figures.all({ runtime, metric: 'not_measured' })
  const reasons = new Set(missing.map(({ workload, unit }) => `Not measured: \`${workload}\` (${unit}).`))
  return [...parts, ...reasons]
}

function versionsOf({ reports }: Pick<Run, 'reports'>): (readonly [string, string])[] {
  return reports.map(({ name, version }) => [name, version])
}
