/**
 * `npm run bench -- chain`: a request's way through many hosts, with and without speculation; and what a crash costs.
 *
 * @module
 */
import { mkdir, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { Figures } from '../core/report/figures.ts'
import { Missing } from '../core/runtimes/runtime.ts'
import { thisMachine } from '../machine.ts'
import { faults, type Row } from '../row.ts'
import { drive } from './drive.ts'
import { type Options, type PartName, parseOptions, usage } from './options.ts'
import { fullPlan, type Plan, quickPlan } from './plan.ts'
import { measureRecovery } from './recovery/measure.ts'
import { drawCharts } from './report/charts.ts'
import { goalsOf } from './report/goals.ts'
import { type Run, writeReport } from './report/report.ts'
import { measureRollback } from './rollback/measure.ts'
import { rowsOf } from './rows.ts'
import { nodeStation } from './stations/node.ts'
import { processesStation } from './stations/processes.ts'
import type { Station } from './stations/station.ts'
import { workerdStation } from './stations/workerd.ts'
import { countBytes } from './wire.ts'

const results = join(import.meta.dirname, '..', 'results')

/** Progress goes to stderr; the report or, of a quick run, the goals, to stdout. Sets the exit code if anything failed. */
export async function runChainBenchmark(args: readonly string[]): Promise<void> {
  let options: Options
  try {
    options = parseOptions(args)
  } catch (error) {
    say(`${error instanceof Error ? error.message : String(error)}\n\n${usage}`)
    process.exitCode = 2
    return
  }
  const { quick, seed, parts } = options
  const run = await runParts(parts, quick ? quickPlan(seed) : fullPlan(seed))
  for (const row of run.rows) {
    const found = faults(row)
    if (found.length > 0) throw new Error(`${JSON.stringify(row)}: ${found.join(', ')}`)
  }
  await writeResults(run, options)
  const report = writeReport(run)
  console.log(report.slice(0, report.indexOf('## How it is measured')))
  for (const { goal, where, got, met } of goalsOf(new Figures(run.rows))) {
    const mark = met === undefined ? '?' : met ? '✓' : '✗'
    console.log(`${mark} ${goal} (${where}): ${got ?? 'not measured'}`)
  }
}

/** One after the other: never two at once on the same cores. */
export async function runParts(parts: readonly PartName[], plan: Plan): Promise<Run> {
  const machine = thisMachine()
  const versions = new Map<string, string>()
  const rows: Row[] = []
  const missing: string[] = []
  const loadOn = async (open: () => Promise<Station>, part: Partial<Plan> = {}) => {
    const station = await open()
    try {
      rows.push(...rowsOf(station.name, await drive(station, { ...plan, ...part }, say)))
      versions.set(station.name, station.version)
    } finally {
      await station.close()
    }
  }
  const run: Readonly<Record<PartName, () => Promise<void>>> = {
    node: () => loadOn(async () => nodeStation()),
    workerd: () => loadOn(workerdStation, plan.workerd),
    processes: () => loadOn(processesStation, plan.processes),
    wire: async () => void rows.push(...(await countBytes(plan, say))),
    rollback: async () => void rows.push(...(await measureRollback(plan, say))),
    recovery: async () => void rows.push(...(await measureRecovery(plan, say))),
  }
  for (const part of parts) {
    try {
      await run[part]()
    } catch (error) {
      // What the other parts have found is not thrown away.
      if (!(error instanceof Missing)) {
        console.error(error)
        process.exitCode = 1
      }
      const why = error instanceof Error ? error.message : String(error)
      missing.push(`${part}: ${why}`)
      say(`left out: ${part}: ${why}`)
    }
  }
  return { machine, plan, versions, rows, missing }
}

async function writeResults(run: Run, { quick, json, markdown }: Options): Promise<void> {
  const where = (name: string) => (quick ? undefined : join(results, name))
  const rowsFile = json ?? where('chain.json')
  if (rowsFile !== undefined) await write(rowsFile, `${JSON.stringify(run.rows, undefined, 1)}\n`)
  const reportFile = markdown ?? where('chain.md')
  if (reportFile === undefined) return
  await write(reportFile, writeReport(run))
  const charts = drawCharts(new Figures(run.rows), run.plan)
  for (const [name, svg] of charts) await write(join(dirname(reportFile), name), svg)
  say(`wrote ${reportFile}`)
}

async function write(file: string, content: string): Promise<void> {
  await mkdir(dirname(file), { recursive: true })
  await writeFile(file, content)
}

function say(line: string): void {
  console.error(line)
}
