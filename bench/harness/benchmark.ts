/**
 * How every benchmark runs: options, measurements, rows that are checked, a report with its charts, and the goals.
 *
 * @module
 */
import { mkdir, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { Figures } from '../core/report/figures.ts'
import { Missing } from '../core/runtimes/runtime.ts'
import { faults, type Row } from '../row.ts'
import { type Goal, goalLine } from './goal.ts'
import type { CommonOptions } from './options.ts'

export interface Benchmark<Options extends CommonOptions, Run> {
  /** Names its files. */
  readonly name: string
  readonly usage: string
  /** @throws {Error} that says what is wrong with them */
  readonly parse: (args: readonly string[]) => Options
  /** One after the other: never two at once on the same cores. */
  readonly measure: (options: Options) => Promise<Run>
  readonly rowsOf: (run: Run) => readonly Row[]
  /** The whole document. */
  readonly report: (run: Run) => string
  readonly charts: (figures: Figures, run: Run) => Iterable<readonly [name: string, svg: string]>
  readonly goals: (figures: Figures) => readonly Goal[]
  /** The rows of a full run are kept beside its report, unless a file is named. */
  readonly keepsRows: boolean
  /** The report, without its method, is shown at the end. */
  readonly showsReport: boolean
}

const results = join(import.meta.dirname, '..', 'results')
const method_title = '## How it is measured'

/** Progress goes to stderr; the report, if it is shown, and the goals to stdout. Sets the exit code if anything failed. */
export async function runBenchmark<Options extends CommonOptions, Run>(
  benchmark: Benchmark<Options, Run>,
  args: readonly string[],
): Promise<void> {
  let options: Options
  try {
    options = benchmark.parse(args)
  } catch (error) {
    say(`${error instanceof Error ? error.message : String(error)}\n\n${benchmark.usage}`)
    process.exitCode = 2
    return
  }
  const run = await benchmark.measure(options)
  const rows = benchmark.rowsOf(run)
  for (const row of rows) {
    const found = faults(row)
    if (found.length > 0) throw new Error(`${JSON.stringify(row)}: ${found.join(', ')}`)
  }
  const figures = new Figures(rows)
  await writeResults(benchmark, run, figures, options)
  if (benchmark.showsReport) {
    const report = benchmark.report(run)
    console.log(report.slice(0, report.indexOf(method_title)))
  }
  for (const goal of benchmark.goals(figures)) console.log(goalLine(goal))
}

async function writeResults<Options extends CommonOptions, Run>(
  { name, rowsOf, report, charts, keepsRows }: Benchmark<Options, Run>,
  run: Run,
  figures: Figures,
  { quick, json, markdown }: Options,
): Promise<void> {
  const rowsFile = json ?? (quick || !keepsRows ? undefined : join(results, `${name}.json`))
  if (rowsFile !== undefined) await write(rowsFile, `${JSON.stringify(rowsOf(run), undefined, 1)}\n`)
  const reportFile = markdown ?? (quick ? undefined : join(results, `${name}.md`))
  if (reportFile === undefined) return
  await write(reportFile, report(run))
  for (const [chart, svg] of charts(figures, run)) await write(join(dirname(reportFile), chart), svg)
  say(`wrote ${reportFile}`)
}

/**
 * Measures one part after the other. One that fails sets the exit code; what the others have found is not thrown away.
 *
 * @returns what was left out, with the reason
 */
export async function measureParts<Part extends string>(
  parts: readonly Part[],
  measure: Readonly<Record<Part, () => Promise<void>>>,
): Promise<string[]> {
  const missing: string[] = []
  for (const part of parts) {
    try {
      await measure[part]()
    } catch (error) {
      if (!(error instanceof Missing)) {
        console.error(error)
        process.exitCode = 1
      }
      missing.push(leftOut(part, error))
    }
  }
  return missing
}

/** Measures in each runtime that is there. @returns what they report, and what was left out, with the reason */
export async function measureIn<Name extends string, Report>(
  names: readonly Name[],
  measure: (name: Name) => Promise<Report>,
): Promise<{ readonly reports: readonly Report[]; readonly missing: readonly string[] }> {
  const reports: Report[] = []
  const missing: string[] = []
  for (const name of names) {
    try {
      reports.push(await measure(name))
    } catch (error) {
      if (!(error instanceof Missing)) throw new Error(`${name}: the benchmark failed`, { cause: error })
      missing.push(leftOut(name, error))
    }
  }
  return { reports, missing }
}

function leftOut(name: string, error: unknown): string {
  const why = `${name}: ${error instanceof Error ? error.message : String(error)}`
  say(`left out: ${why}`)
  return why
}

async function write(file: string, content: string): Promise<void> {
  await mkdir(dirname(file), { recursive: true })
  await writeFile(file, content)
}

export function say(line: string): void {
  console.error(line)
}
