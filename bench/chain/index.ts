/**
 * `npm run bench -- chain`: a request's way through many hosts, with and without speculation; and what a crash costs.
 *
 * @module
 */
import { measureParts, runBenchmark, say } from '../harness/benchmark.ts'
import { thisMachine } from '../machine.ts'
import type { Row } from '../row.ts'
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

/** @throws {Error} when rows can't be right, or a runtime that is there fails */
export function runChainBenchmark(args: readonly string[]): Promise<void> {
  return runBenchmark<Options, Run>(
    {
      name: 'chain',
      usage,
      parse: parseOptions,
      measure: ({ parts, quick, seed }) => runParts(parts, quick ? quickPlan(seed) : fullPlan(seed)),
      rowsOf: ({ rows }) => rows,
      report: writeReport,
      charts: (figures, { plan }) => drawCharts(figures, plan),
      goals: goalsOf,
      keepsRows: true,
      showsReport: true,
    },
    args,
  )
}

/** One after the other: never two at once on the same cores. */
export async function runParts(parts: readonly PartName[], plan: Plan): Promise<Run> {
  const machine = thisMachine()
  const versions = new Map<string, string>()
  const rows: Row[] = []
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
  const missing = await measureParts(parts, run)
  return { machine, plan, versions, rows, missing }
}
