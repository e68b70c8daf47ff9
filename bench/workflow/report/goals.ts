/**
 * The goals that were set before anything was measured, and what came of them.
 *
 * @module
 */

import type { Figures } from '../../core/report/figures.ts'
import type { Goal } from '../../harness/goal.ts'
import { long_workload, resume_workload } from '../long/measure.ts'
import { three_steps } from '../rows.ts'

const ours = 'darq'
const theirs = 'restate'

export function goalsOf(figures: Figures): Goal[] {
  const at = (contender: string, metric: string, batch: number) =>
    figures.value({ workload: three_steps, contender, metric, batch })
  const loads = figures.all({ workload: three_steps, metric: 'throughput' }).map(({ batch }) => batch)
  return [
    ...(loads.length === 0 ? [] : beside(at, Math.min(...loads), Math.max(...loads))),
    ...figures
      .all({ workload: long_workload, metric: 'last_over_first' })
      .map(({ runtime, contender, batch, value }) =>
        atMost(
          1.1,
          `${batch} steps (${contender}): the last thousand within 10 % of the first`,
          runtime,
          value ?? undefined,
          '×',
        ),
      ),
    ...figures
      .all({ workload: resume_workload, metric: 'next' })
      .map(({ runtime, contender, batch, value }) =>
        atMost(
          50,
          `${batch} steps done (${contender}): goes on within 50 ms of opening its store`,
          runtime,
          value ?? undefined,
          'ms',
        ),
      ),
  ]
}

/** Ours beside theirs. */
function beside(
  at: (contender: string, metric: string, clients: number) => number | undefined,
  few: number,
  many: number,
): Goal[] {
  return [
    atLeast(
      5,
      `three durable steps, ${few} client: p50 at least 5 × below Restate’s`,
      'workerd',
      ratio(at(theirs, 'p50', few), at(ours, 'p50', few)),
      '×',
    ),
    atLeast(
      10,
      `three durable steps, ${many} clients: throughput at least 10 × Restate’s`,
      'workerd',
      ratio(at(ours, 'throughput', many), at(theirs, 'throughput', many)),
      '×',
    ),
  ]
}

function ratio(numerator: number | undefined, denominator: number | undefined): number | undefined {
  return numerator === undefined || denominator === undefined || denominator === 0 ? undefined : numerator / denominator
}

function atLeast(target: number, goal: string, where: string, got: number | undefined, unit: string): Goal {
  return { goal, where, got: shown(got, unit), met: got === undefined ? undefined : got >= target }
}

function atMost(target: number, goal: string, where: string, got: number | undefined, unit: string): Goal {
  return { goal, where, got: shown(got, unit), met: got === undefined ? undefined : got <= target }
}

function shown(got: number | undefined, unit: string): string | undefined {
  return got === undefined ? undefined : `${got.toFixed(got >= 100 ? 0 : got >= 10 ? 1 : 2)} ${unit}`
}
