/**
 * `npm run bench -- pipeline`: a message's way to a durable step, against plain transactions of the same platform.
 *
 * @module
 */
import { measureIn, runBenchmark, say } from '../harness/benchmark.ts'
import { thisMachine } from '../machine.ts'
import { type Options, parseOptions, usage } from './options.ts'
import { fullPlan, quickPlan } from './plan.ts'
import { drawCharts } from './report/charts.ts'
import { goalsOf } from './report/goals.ts'
import { type Run, rowsOfRun, writeReport } from './report/report.ts'
import { runInChromium } from './runtimes/chromium.ts'
import { runInNode } from './runtimes/node.ts'
import type { RunIn, RuntimeName } from './runtimes/runtime.ts'
import { runInWorkerd } from './runtimes/workerd.ts'

const runIn: Readonly<Record<RuntimeName, RunIn>> = {
  node: runInNode,
  chromium: runInChromium,
  workerd: runInWorkerd,
}

/** @throws {Error} when rows can't be right, or a runtime that is there fails */
export function runPipelineBenchmark(args: readonly string[]): Promise<void> {
  return runBenchmark<Options, Run>(
    {
      name: 'pipeline',
      usage,
      parse: parseOptions,
      measure: runAll,
      rowsOf: rowsOfRun,
      report: writeReport,
      charts: drawCharts,
      goals: goalsOf,
      keepsRows: false,
      showsReport: false,
    },
    args,
  )
}

/** One after the other: never two at once on the same cores. */
async function runAll({ quick, seed, producers, runtimes }: Options): Promise<Run> {
  const plan = quick ? quickPlan(seed, producers) : fullPlan(seed, producers)
  const machine = thisMachine()
  const { reports, missing } = await measureIn(runtimes, (name) => runIn[name](plan, say))
  return { machine, load_per_core_after: thisMachine().load_per_core, plan, reports, missing }
}
