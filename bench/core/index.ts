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
import { wasmFunctionNames } from './wasm-names.ts'
import type { WorkloadSpec } from './workloads/workload.ts'

const runIn: Readonly<Record<RuntimeName, RunIn>> = {
  node: runInNode,
  chromium: runInChromium,
  firefox: runInFirefox,
  workerd: runInWorkerd,
}
const results = join(import.meta.dirname, '..', 'results')

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
  const json = options.json ?? (options.quick ? undefined : join(results, 'core.json'))
  const markdown = options.markdown ?? (options.quick ? undefined : join(results, 'core.md'))
  if (json !== undefined) await write(json, `${JSON.stringify(rows, undefined, 1)}\n`)
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

/** The parts that the goals name. */
const profiled: readonly Pick<WorkloadSpec, 'name' | 'batch'>[] = [
  { name: 'ingest', batch: 256 },
  { name: 'ingest-commit', batch: 256 },
  { name: 'ingest', batch: 1 },
  { name: 'recovery', batch: 256 },
]

async function profileAll({ specs }: Run['plan']): Promise<Profile[]> {
  const names = await wasmFunctionNames()
  if (names.size === 0)
    say('the profile shows Wasm functions by number: the compiler is not there, or core.wasm is older')
  const profiles: Profile[] = []
  for (const { name, batch } of profiled) {
    const spec = specs.find((one) => one.name === name && one.payload_bytes === 128 && one.batch === batch)
    if (spec === undefined) continue
    for (const contender of contenderNames) profiles.push(await profile(contender, spec, names))
  }
  return profiles
}

async function write(file: string, content: string): Promise<void> {
  await mkdir(dirname(file), { recursive: true })
  await writeFile(file, content)
}

function say(line: string): void {
  console.error(line)
}
