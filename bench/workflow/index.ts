/**
 * `npm run bench -- workflow`: three durable steps, here and in other engines of workflows; and workflows of many steps.
 *
 * @module
 */
import { measureParts, runBenchmark, say } from '../harness/benchmark.ts'
import { thisMachine } from '../machine.ts'
import type { Row } from '../row.ts'
import { contendersNamed } from './contenders/all.ts'
import { drive } from './drive.ts'
import type { Ground } from './long/ground.ts'
import { measureLong, measureResume } from './long/measure.ts'
import { nodeOverFile, nodeOverMemory } from './long/node.ts'
import { inWorkerd } from './long/workerd.ts'
import { type Options, type PartName, parseOptions, usage } from './options.ts'
import { fullPlan, type Plan, quickPlan } from './plan.ts'
import { drawCharts } from './report/charts.ts'
import { goalsOf } from './report/goals.ts'
import { type Party, type Run, writeReport } from './report/report.ts'
import { rowsOf } from './rows.ts'

/** @throws {Error} when rows can't be right, or a runtime that is there fails */
export function runWorkflowBenchmark(args: readonly string[]): Promise<void> {
  return runBenchmark<Options, Run>(
    {
      name: 'workflow',
      usage,
      parse: parseOptions,
      measure: (options) => runParts(options, options.quick ? quickPlan(options.seed) : fullPlan(options.seed)),
      rowsOf: ({ rows }) => rows,
      report: writeReport,
      charts: drawCharts,
      goals: goalsOf,
      keepsRows: true,
      showsReport: true,
    },
    args,
  )
}

/** One after the other: never two at once on the same cores. */
export async function runParts({ parts, contenders }: Options, plan: Plan): Promise<Run> {
  const machine = thisMachine()
  const parties: Party[] = []
  const rows: Row[] = []
  const missing: string[] = []
  const onGrounds = async (measure: (ground: Ground) => Promise<Row[]>) => {
    for (const open of [async () => nodeOverMemory(), nodeOverFile, inWorkerd]) {
      const ground = await open()
      try {
        rows.push(...(await measure(ground)))
        const { name, version } = ground
        if (!parties.some((party) => party.name === name)) parties.push({ name, version, durability: '' })
      } finally {
        await ground.close()
      }
    }
  }
  const run: Readonly<Record<PartName, () => Promise<void>>> = {
    async steps() {
      const driven = await drive(contendersNamed(contenders, say), plan, say)
      rows.push(...rowsOf('http', driven.measured))
      missing.push(...driven.missing)
      for (const [name, opened] of driven.opened) parties.push({ name, ...opened })
    },
    long: () => onGrounds((ground) => measureLong(ground, plan.long, say)),
    resume: () => onGrounds((ground) => measureResume(ground, plan.resume, say)),
  }
  missing.push(...(await measureParts(parts, run)))
  return { machine, load_after: thisMachine().load_per_core, plan, parties, rows, missing }
}
