/**
 * The goals that were set before anything was measured, and what came of them.
 *
 * @module
 */
import type { Goal } from '../../harness/goal.ts'
import type { Figures } from './figures.ts'

const size = { payload_bytes: 128, batch: 256 }
/** A call that takes fewer steps of the clock than this says nothing about a ratio. */
const clock_steps_min = 4
const demanding = ['node', 'chromium', 'workerd']

/** A goal's figure by one metric: `throughput` counts all time, `typical` the section in the middle. */
type By = (metric: 'throughput' | 'typical') => number | undefined

export function goalsOf(figures: Figures): Goal[] {
  const node = { runtime: 'node', contender: 'wasm', ...size }
  const millions = (workload: string): By => {
    return (metric) => scaled(figures.value({ ...node, workload, metric }), 1e-6)
  }
  const nativeShare = (workload: string): By => {
    const native = { ...size, runtime: 'native', contender: 'native-c', workload }
    return (metric) => over(figures.value({ ...node, workload, metric }), figures.value({ ...native, metric }))
  }
  const ratio = (runtime: string, workload: string, baseline: string, batch: number): By => {
    const place = { ...node, runtime, workload, batch }
    return (metric) =>
      metric === 'throughput'
        ? figures.value({ ...place, metric: `ratio_to_${baseline}` })
        : over(figures.value({ ...place, metric }), figures.value({ ...place, contender: baseline, metric }))
  }
  const pauses = (runtime: string) => {
    const soak = { ...node, runtime, workload: 'soak' }
    const median_us = figures.value({ ...soak, metric: 'p50' })
    const step_us = 1000 * (figures.value({ runtime, contender: 'clock', metric: 'resolution' }) ?? 0)
    if (median_us === undefined || median_us < clock_steps_min * step_us) return undefined
    return over(figures.value({ ...soak, metric: 'p99.9' }), median_us)
  }
  const recovery = { ...node, workload: 'recovery' }
  // A short run recovers fewer, and says nothing about a million.
  const whole = figures.value({ ...recovery, metric: 'recovered' }) === 1_000_000
  const recovery_ms = whole ? figures.value({ ...recovery, metric: 'duration' }) : undefined

  return [
    ...['ingest', 'ingest-commit'].map((workload) =>
      atLeast(10, `${workload}, 128 B × 256: ≥ 10 M messages/s`, 'node', millions(workload), ' M/s'),
    ),
    ...demanding.flatMap((runtime) => [
      atLeast(3, 'ingest, 128 B × 256: ≥ 3 × twin', runtime, ratio(runtime, 'ingest', 'twin', 256)),
      atLeast(3, 'ingest-commit, 128 B × 256: ≥ 3 × twin', runtime, ratio(runtime, 'ingest-commit', 'twin', 256)),
      atLeast(
        8,
        'ingest-commit, 128 B × 256: ≥ 8 × idiomatic',
        runtime,
        ratio(runtime, 'ingest-commit', 'idiomatic', 256),
      ),
    ]),
    ...['ingest', 'ingest-commit'].map((workload) =>
      atLeast(0.5, `${workload}, 128 B × 256: ≥ half of native C`, 'node', nativeShare(workload)),
    ),
    ...figures.runtimes.flatMap((runtime) =>
      ['ingest', 'ingest-commit'].map((workload) =>
        atLeast(1, `${workload}, 128 B × 1: ≥ twin`, runtime, ratio(runtime, workload, 'twin', 1)),
      ),
    ),
    below(150, 'recovery of 1,000,000 messages of 128 B: < 150 ms', 'node', recovery_ms, ' ms'),
    ...figures.runtimes.map((runtime) => below(3, 'soak, 128 B × 256: p99.9 < 3 × median', runtime, pauses(runtime))),
  ]
}

function atLeast(target: number, goal: string, where: string, by: By, unit = ' ×'): Goal {
  const got = by('throughput')
  const met = got === undefined ? undefined : got >= target
  return { goal, where, got: shown(got, unit), typical: shown(by('typical'), unit), met }
}

function below(target: number, goal: string, where: string, got: number | undefined, unit = ' ×'): Goal {
  const met = got === undefined ? undefined : got < target
  return { goal, where, got: shown(got, unit), typical: undefined, met }
}

function shown(got: number | undefined, unit: string): string | undefined {
  return got === undefined ? undefined : `${got.toFixed(got >= 100 ? 0 : got >= 10 ? 1 : 2)}${unit}`
}

function over(above: number | undefined, below: number | undefined): number | undefined {
  return above === undefined || below === undefined || below === 0 ? undefined : above / below
}

function scaled(value: number | undefined, factor: number): number | undefined {
  return value === undefined ? undefined : value * factor
}
