/**
 * `npm run bench -- core`: the Wasm core, its twin, and what people write today, in every runtime that is there.
 *
 * @module
 */
import { mkdir, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { thisMachine } from '../machine.ts'
import { faults } from '../row.ts'
import { contenderNames } from './contenders/contender.ts'
import { runNative } from './native/native.ts'
import { type Options, parseOptions, usage } from './options.ts'
import { fullPlan, quickPlan } from './plan.ts'
import { type Profile, profile } from './profile.ts'
import { drawCharts } from './report/charts.ts'
import { Figures } from './report/figures.ts'
import { goalsOf } from './report/goals.ts'
import { type Run, rowsOfRun, writeReport } from './report/report.ts'
import { runInChromium, runInFirefox } from './runtimes/browser.ts'
import { runInNode } from './runtimes/node.ts'
import { Missing, type RunIn, type RuntimeName, type RuntimeReport } from './runtimes/runtime.ts'
import { runInWorkerd } from './runtimes/workerd.ts'

const runIn: Readonly<Record<RuntimeName, RunIn>> = {
  node: runInNode,
  chromium: runInChromium,
  firefox: runInFirefox,
  workerd: runInWorkerd,
}
const defaultReport = join(import.meta.dirname, '..', 'results', 'core.md')

/** Progress goes to stderr; the goals, at the end, to stdout. Sets the exit code if anything failed. */
export async function runCoreBenchmark(args: readonly string[]): Promise<void> {
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
  for (const { goal, where, got, typical, met } of goalsOf(new Figures(rows))) {
    const mark = met === undefined ? '?' : met ? '✓' : '✗'
    const beside = typical === undefined ? '' : `, typical section ${typical}`
    console.log(`${mark} ${goal} (${where}): ${got ?? 'not measured'}${beside}`)
  }
}

/** One after the other: never two at once on the same cores. */
async function runAll(options: Options): Promise<Run> {
  const plan = options.quick ? quickPlan(options.seed) : fullPlan(options.seed)
  const machine = thisMachine()
  const reports: RuntimeReport[] = []
  const missing: string[] = []
  const attempt = async (name: string, run: RunIn) => {
    try {
      reports.push(await run(plan, say))
    } catch (error) {
      if (!(error instanceof Missing)) throw new Error(`${name}: the benchmark failed`, { cause: error })
      missing.push(`${name}: ${error.message}`)
      say(`left out: ${name}: ${error.message}`)
    }
  }
  for (const name of options.runtimes) await attempt(name, runIn[name])
  if (options.native) await attempt('native', runNative)
  const profiles = options.quick || !options.runtimes.includes('node') ? [] : await profileAll(plan)
  return { machine, plan, reports, missing, profiles }
}

async function profileAll({ specs }: Run['plan']): Promise<Profile[]> {
  const spec = specs.find(({ name, payload_bytes, batch }) => {
    return name === 'ingest-commit' && payload_bytes === 128 && batch === 256
  })
  if (spec === undefined) return []
  const profiles: Profile[] = []
  for (const contender of contenderNames) profiles.push(await profile(contender, spec))
  return profiles
}

async function write(file: string, content: string): Promise<void> {
  await mkdir(dirname(file), { recursive: true })
  await writeFile(file, content)
}

function say(line: string): void {
  console.error(line)
}
