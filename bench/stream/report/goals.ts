/**
 * The goal that was set before anything was measured, and what came of it.
 *
 * @module
 */

import type { Figures } from '../../core/report/figures.ts'
import type { Goal } from '../../harness/goal.ts'
import { workloadNames } from '../workloads/workload.ts'

const target = 200_000

export function goalsOf(figures: Figures): Goal[] {
  return workloadNames.map((workload) => {
    // Both hosts, the feeder, the storage and the collector of garbage are in it: it is what one core would do.
    const got = figures.value({ runtime: 'node', workload, contender: 'speculative', metric: 'processor' })
    return {
      goal: '≥ 200,000 records/s through filter, key and window on one core, state durable',
      where: `node, ${workload}`,
      got: got === undefined ? undefined : `${Math.round(got).toLocaleString('en')} records per second of one core`,
      met: got === undefined ? undefined : got >= target,
    }
  })
}
