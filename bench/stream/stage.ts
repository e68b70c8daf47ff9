/**
 * Where a contender is measured: a thread, a browser's worker, a Durable Object. What crosses to it is JSON.
 *
 * @module
 */
import type { Contender, ContenderName } from './contenders/contender.ts'
import { type Round, runRound } from './load/round.ts'
import type { Plan } from './plan.ts'
import { type Flight, latenessOf } from './workloads/lateness.ts'
import { trendsOf } from './workloads/trends.ts'
import type { Workload, WorkloadName } from './workloads/workload.ts'

export interface Ask {
  readonly workload: WorkloadName
  readonly contender: ContenderName
  readonly plan: Plan
  /** Of the file; none where the workload is another. */
  readonly flights: readonly Flight[]
}
export type Answer = { readonly round: Round } | { readonly error: string }

export interface Stage {
  /** Opens a contender over stores that are new. */
  readonly open: (contender: ContenderName, workload: Workload) => Promise<Contender>
  readonly now_ms: () => number
  readonly processor_ms: () => number | undefined
  /** Each opening has stores of its own. Otherwise it is warmed up with other records, which go elsewhere. */
  readonly isNewEachTime: boolean
}

export function workloadOf({ workload, flights, plan }: Pick<Ask, 'workload' | 'flights' | 'plan'>): Workload {
  // Each is fed with its own records only.
  return (workload === 'lateness' ? latenessOf(flights) : trendsOf(plan.seed)) as Workload
}

/** @returns never rejects */
export async function answer(stage: Stage, ask: Ask): Promise<Answer> {
  const { open, now_ms, processor_ms, isNewEachTime } = stage
  const { plan, contender } = ask
  try {
    const workload = workloadOf(ask)
    const other = ask.workload === 'lateness' ? 'trends' : 'lateness'
    const warmed = isNewEachTime ? workload : workloadOf({ ...ask, workload: other })
    const warm = await open(contender, warmed)
    await runRound(warm, warmed, { ...plan, records: plan.warm_up, timed: 1 }, now_ms, processor_ms)
    await warm.close()
    const opened = await open(contender, workload)
    const round = await runRound(opened, workload, plan, now_ms, processor_ms)
    await opened.close()
    return { round }
  } catch (error) {
    return { error: error instanceof Error ? (error.stack ?? error.message) : String(error) }
  }
}

/** @returns K of the contenders that have one */
export function kOf(contender: ContenderName): number {
  return contender === 'speculative' ? Number.POSITIVE_INFINITY : 0
}
