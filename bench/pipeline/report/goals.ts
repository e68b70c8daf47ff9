/**
 * The goals that were set before anything was measured, and what came of them.
 *
 * @module
 */

import type { Figures } from '../../core/report/figures.ts'
import type { Goal } from '../../harness/goal.ts'
import { flat_workload, opening_workload } from '../flat/drive.ts'
import { workload } from '../rows.ts'

const many = 1024
const million = 1_000_000
/** Who stands for each level. Latencies are judged at level 1, which has more to do. */
const levels = {
  'level 0': 'darq-bytes',
  'level 1': 'darq',
  'level 1, one client': 'darq-one-client',
} as const

export function goalsOf(figures: Figures): Goal[] {
  const loops = (runtime: string, batch: number, metric: string, contender = 'darq') =>
    figures.value({ workload, contender, runtime, batch, metric })
  // A short run has seen less, and says nothing about a million.
  const growth = (runtime: string, metric: string) =>
    figures.value({ workload: flat_workload, contender: 'old', runtime, batch: million, metric: `${metric}_growth` })
  const opening = (runtime: string, contender: string) =>
    figures.value({ workload: opening_workload, runtime, contender, batch: million, metric: 'duration' })
  const throughput = (times: number, runtime: string) =>
    Object.entries(levels).map(([level, contender]) => {
      const got = loops(runtime, many, 'ratio_to_platform', contender)
      return atLeast(times, `1024 producers, ${level}: ≥ ${times} × one transaction per message`, runtime, got, '×')
    })
  const accepted_ms = loops('chromium', 1, 'accepted_p50')
  return [
    ...throughput(100, 'chromium'),
    ...throughput(50, 'workerd'),
    ...['chromium', 'workerd'].map((runtime) => {
      const ratio = loops(runtime, 1, 'latency_ratio_to_platform')
      return atMost(1.5, "1 producer, level 1: durable p50 ≤ 1.5 × the platform's own commit", runtime, ratio, '×')
    }),
    atMost(
      50,
      '1 producer, level 1: accepted p50 < 50 µs',
      'chromium',
      accepted_ms === undefined ? undefined : accepted_ms * 1000,
      'µs',
    ),
    ...['node', 'chromium'].flatMap((runtime) => [
      atMost(1.1, 'step 1,000,000: time ≤ 1.1 × that of step 1,000', runtime, growth(runtime, 'step'), '×'),
      atMost(1.1, 'step 1,000,000: storage ≤ 1.1 ×', runtime, growth(runtime, 'stored'), '×'),
      atMost(1.1, "step 1,000,000: the cores' memory ≤ 1.1 ×", runtime, growth(runtime, 'core_memory'), '×'),
    ]),
    atMost(1.1, 'step 1,000,000: heap ≤ 1.1 ×', 'node', growth('node', 'heap'), '×'),
    ...['node', 'chromium'].flatMap((runtime) => [
      atMost(100, 'a store that has seen 1,000,000 steps opens in < 100 ms', runtime, opening(runtime, 'seen'), 'ms'),
      atMost(2000, 'a store with 1,000,000 pending opens in < 2 s', runtime, opening(runtime, 'pending'), 'ms'),
    ]),
  ]
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
