/**
 * `npm run bench -- stream`: records through filter, key and window to another host, durable; speculatively and not, beside a
 * loop by hand.
 *
 * @module
 */
import { readFile } from 'node:fs/promises'
import { flightsFile } from '../../browser-demo/data-file.ts'
import { measureIn, runBenchmark, say } from '../harness/benchmark.ts'
import { thisMachine } from '../machine.ts'
import { Random } from '../random.ts'
import type { Row } from '../row.ts'
import { contenderNames } from './contenders/contender.ts'
import type { Round } from './load/round.ts'
import { type Options, parseOptions, usage } from './options.ts'
import { fullPlan, type Plan, quickPlan } from './plan.ts'
import { drawCharts } from './report/charts.ts'
import { goalsOf } from './report/goals.ts'
import { type Run, writeReport } from './report/report.ts'
import { rowsOf } from './rows.ts'
import { openChromium } from './runtimes/chromium.ts'
import { openNode } from './runtimes/node.ts'
import type { OpenRuntime, Runtime, RuntimeName } from './runtimes/runtime.ts'
import { openWorkerd } from './runtimes/workerd.ts'
import { workloadOf } from './stage.ts'
import type { Flight } from './workloads/lateness.ts'
import { workloadNames } from './workloads/workload.ts'

const openers: Readonly<Record<RuntimeName, OpenRuntime>> = {
  node: openNode,
  chromium: openChromium,
  workerd: openWorkerd,
}

/** @throws {Error} when rows can't be right, or a runtime that is there fails */
export function runStreamBenchmark(args: readonly string[]): Promise<void> {
  return runBenchmark<Options, Run>(
    {
      name: 'stream',
      usage,
      parse: parseOptions,
      measure: runAll,
      rowsOf: ({ rows }) => rows,
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
export async function runAll({ quick, seed, runtimes }: Options): Promise<Run> {
  const plan = quick ? quickPlan(seed) : fullPlan(seed)
  const machine = thisMachine()
  const flights: readonly Flight[] = JSON.parse(await readFile(flightsFile, 'utf8'))
  const { reports, missing } = await measureIn(runtimes, async (name) => {
    const runtime = await openers[name](say)
    try {
      return { rows: await runIn(runtime, plan, flights), version: runtime.version }
    } finally {
      await runtime.close()
    }
  })
  const rows = reports.flatMap((report) => report.rows)
  const versions = reports.map(({ version }) => version)
  return { machine, load_per_core_after: thisMachine().load_per_core, plan, versions, rows, missing }
}

/** Rounds of all contenders, in an order that is drawn anew for each. */
async function runIn(runtime: Runtime, plan: Plan, flights: readonly Flight[]): Promise<Row[]> {
  const random = new Random(plan.seed)
  const cells = workloadNames.flatMap((workload) =>
    contenderNames.map((contender) => ({ workload, contender, rounds: [] as Round[] })),
  )
  for (let nth = 1; nth <= plan.rounds; nth += 1) {
    for (const { workload, contender, rounds } of random.shuffled(cells)) {
      const answered = await runtime.ask({ workload, contender, plan, flights })
      if ('error' in answered) throw new Error(`${runtime.name}, ${workload}, ${contender}: ${answered.error}`)
      rounds.push(answered.round)
      const { records, duration_ms } = answered.round
      say(`${runtime.name}: ${workload}, ${contender}: ${Math.round((records / duration_ms) * 1_000)} records/s`)
    }
    say(`${runtime.name}: round ${nth} of ${plan.rounds}`)
  }
  return cells.flatMap(({ workload, contender, rounds }) => {
    const [record] = workloadOf({ workload, plan, flights }).records(0, 1)
    const payload_bytes = JSON.stringify(record).length
    return rowsOf(runtime.name, { workload, contender, batch: plan.batch, payload_bytes, rounds })
  })
}
