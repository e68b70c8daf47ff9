/**
 * `npm run bench -- core`: the Wasm core, its twin, and what people write today, in every runtime that is there.
 *
 * @module
 */
import { measureIn, runBenchmark, say } from '../harness/benchmark.ts'
import { thisMachine } from '../machine.ts'
import { contenderNames } from './contenders/contender.ts'
import { runNative } from './native/native.ts'
import { type Options, parseOptions, usage } from './options.ts'
import { fullPlan, quickPlan } from './plan.ts'
import { type Profile, profile } from './profile.ts'
import { drawCharts } from './report/charts.ts'
import { goalsOf } from './report/goals.ts'
import { type Run, rowsOfRun, writeReport } from './report/report.ts'
import { runInChromium, runInFirefox } from './runtimes/browser.ts'
import { runInNode } from './runtimes/node.ts'
import type { RunIn, RuntimeName } from './runtimes/runtime.ts'
import { runInWorkerd } from './runtimes/workerd.ts'
import { wasmFunctionNames } from './wasm-names.ts'
import type { WorkloadSpec } from './workloads/workload.ts'

const runIn: Readonly<Record<RuntimeName, RunIn>> = {
  node: runInNode,
  chromium: runInChromium,
  firefox: runInFirefox,
  workerd: runInWorkerd,
}

/** @throws {Error} when rows can't be right, or a runtime that is there fails */
export function runCoreBenchmark(args: readonly string[]): Promise<void> {
  return runBenchmark<Options, Run>(
    {
      name: 'core',
      usage,
      parse: parseOptions,
      measure: runAll,
      rowsOf: rowsOfRun,
      report: writeReport,
      charts: drawCharts,
      goals: goalsOf,
      keepsRows: true,
      showsReport: false,
    },
    args,
  )
}

/** One after the other: never two at once on the same cores. */
async function runAll(options: Options): Promise<Run> {
  const plan = options.quick ? quickPlan(options.seed) : fullPlan(options.seed)
  const machine = thisMachine()
  const names = [...options.runtimes, ...(options.native ? (['native'] as const) : [])]
  const { reports, missing } = await measureIn(names, (name) =>
    (name === 'native' ? runNative : runIn[name])(plan, say),
  )
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
