/**
 * `npm run bench -- pipeline`: a message's way to a durable step, against plain transactions of the same platform.
 *
 * @module
 */
import { mkdir, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { Figures } from '../core/report/figures.ts'
import { Missing } from '../core/runtimes/runtime.ts'
import { thisMachine } from '../machine.ts'
import { faults } from '../row.ts'
import { type Options, parseOptions, usage } from './options.ts'
import { fullPlan, quickPlan } from './plan.ts'
import { drawCharts } from './report/charts.ts'
import { goalsOf } from './report/goals.ts'
import { type Run, rowsOfRun, writeReport } from './report/report.ts'
import { runInChromium } from './runtimes/chromium.ts'
import { runInNode } from './runtimes/node.ts'
import type { RunIn, RuntimeName, RuntimeReport } from './runtimes/runtime.ts'
import { runInWorkerd } from './runtimes/workerd.ts'

const runIn: Readonly<Record<RuntimeName, RunIn>> = {
  node: runInNode,
  chromium: runInChromium,
  workerd: runInWorkerd,
}
const defaultReport = join(import.meta.dirname, '..', 'results', 'pipeline.md')

/** Progress goes to stderr; the goals, at the end, to stdout. Sets the exit code if anything failed. */
export async function runPipelineBenchmark(args: readonly string[]): Promise<void> {
  let options: Options
  try {
    options = parseOptions(args)
  } catch (error) {
    say(`${error instanceof Error ? error.message : String(error)}\n\n${usage}`)
    process.exitCode = 2
    return
  }
  const run = await runAll(options)
  const rows = rowsOfRun(run)
  for (const row of rows) {
    const found = faults(row)
    if (found.length > 0) throw new Error(`${JSON.stringify(row)}: ${found.join(', ')}`)
  }
  if (options.json !== undefined) await write(options.json, `${JSON.stringify(rows, undefined, 1)}\n`)
  const markdown = options.markdown ?? (options.quick ? undefined : defaultReport)
  if (markdown !== undefined) {
    await write(markdown, writeReport(run))
    for (const [name, svg] of drawCharts(new Figures(rows))) await write(join(dirname(markdown), name), svg)
    say(`wrote ${markdown}`)
  }
  for (const { goal, where, got, met } of goalsOf(new Figures(rows))) {
    const mark = met === undefined ? '?' : met ? '✓' : '✗'
    console.log(`${mark} ${goal} (${where}): ${got ?? 'not measured'}`)
  }
}

/** One after the other: never two at once on the same cores. */
async function runAll({ quick, seed, producers, runtimes }: Options): Promise<Run> {
  const plan = quick ? quickPlan(seed, producers) : fullPlan(seed, producers)
  const machine = thisMachine()
  const reports: RuntimeReport[] = []
  const missing: string[] = []
  for (const name of runtimes) {
    try {
      reports.push(await runIn[name](plan, say))
    } catch (error) {
      if (!(error instanceof Missing)) throw new Error(`${name}: the benchmark failed`, { cause: error })
      missing.push(`${name}: ${error.message}`)
      say(`left out: ${name}: ${error.message}`)
    }
  }
  return { machine, load_per_core_after: thisMachine().load_per_core, plan, reports, missing }
}

async function write(file: string, content: string): Promise<void> {
  await mkdir(dirname(file), { recursive: true })
  await writeFile(file, content)
}

function say(line: string): void {
  console.error(line)
}
