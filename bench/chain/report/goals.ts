/**
 * The goals that were set before anything was measured, and what came of them.
 *
 * @module
 */

import type { Figures } from '../../core/report/figures.ts'
import type { Goal } from '../../harness/goal.ts'
import { recoveryOf } from '../recovery/workload.ts'
import { rollback_workload } from '../rollback/workload.ts'
import { workloadOf } from '../rows.ts'

const length = 10
const flush_ms = 20
const free = 'k=∞'
const gated = 'k=0'

export function goalsOf(figures: Figures): Goal[] {
  return [
    ...figures.runtimes.filter((runtime) => isLoaded(figures, runtime)).flatMap((runtime) => loaded(figures, runtime)),
    ...rollbacks(figures),
    ...(
      [
        [1, 'a host'],
        [length, 'ten hosts at once'],
      ] as const
    ).map(([hosts, what]) =>
      atMost(
        100,
        `${what}, killed: first committed answer < 100 ms beyond the restart of the platform`,
        'workerd',
        figures.value({ workload: recoveryOf(hosts), contender: free, metric: 'beyond_start' }),
        'ms',
      ),
    ),
  ]
}

function isLoaded(figures: Figures, runtime: string): boolean {
  return figures.row({ runtime, metric: 'committed_p50' }) !== undefined
}

function loaded(figures: Figures, runtime: string): Goal[] {
  const at = (contender: string, metric: string, batch: number, flush = flush_ms) =>
    figures.value({ runtime, contender, workload: workloadOf(length, flush), batch, metric })
  const committed_ms = at(free, 'committed_p50', 1)
  const hops_ms = at(free, 'accepted_p50', 1)
  const many = Math.max(...figures.all({ runtime, metric: 'throughput' }).map(({ batch }) => batch))
  const rates = (flush: number) => ratio(at(free, 'throughput', many, flush), at(gated, 'throughput', many, flush))
  return [
    atMost(
      1.3,
      '10 hosts, flush +20 ms: committed p50 ≤ 1.3 × (one flush and the hops)',
      runtime,
      ratio(committed_ms, hops_ms === undefined ? undefined : hops_ms + flush_ms),
      '×',
    ),
    atLeast(
      7,
      '10 hosts, flush +20 ms: ≥ 7 × faster than K = 0',
      runtime,
      ratio(at(gated, 'committed_p50', 1), committed_ms),
      '×',
    ),
    ...[0, flush_ms].map((flush) =>
      atLeast(
        0.95,
        `10 hosts, flush +${flush} ms, ${many} in flight: throughput ≥ 0.95 × that of K = 0`,
        runtime,
        rates(flush),
        '×',
      ),
    ),
  ]
}

/** Over all loads together: the mean share of the one over that of the other. */
function rollbacks(figures: Figures): Goal[] {
  const share = (metric: string) => {
    const found = figures.all({ workload: rollback_workload, metric }).flatMap(({ value }) => value ?? [])
    return found.length === 0 ? undefined : found.reduce((total, value) => total + value, 0)
  }
  const orphans = share('orphans')
  return [
    atMost(
      2,
      'one crash among 100 hosts: rolled back ≤ 2 × those that truly depended',
      'virtual time',
      ratio(share('rolled_back'), share('dependent')),
      '×',
    ),
    atMost(0, 'and none that depended is left as it was', 'virtual time', orphans, 'hosts'),
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
