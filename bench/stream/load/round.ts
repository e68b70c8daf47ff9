/**
 * One round: records as fast as they are taken, then single messages whose way is timed.
 *
 * @module
 */
import type { Contender, Latency } from '../contenders/contender.ts'
import type { Plan } from '../plan.ts'
import type { Workload } from '../workloads/workload.ts'

export interface Round {
  readonly records: number
  readonly duration_ms: number
  /** Of the processor, where it can be told. */
  readonly processor_ms: number | undefined
  readonly results: number
  readonly latencies: readonly Latency[]
}

/** A timed message carries so many records before the one that closes their windows. */
const timed_records = 99

export async function runRound(
  contender: Contender,
  workload: Workload,
  plan: Plan,
  now_ms: () => number,
  processor_ms: () => number | undefined,
): Promise<Round> {
  const { records, batch } = plan
  const results = resultsOf(workload, records, batch)
  const started_ms = now_ms()
  const started_processor_ms = processor_ms()
  await contender.feed(batches(workload, records, batch), results)
  const duration_ms = now_ms() - started_ms
  const ended_processor_ms = processor_ms()
  const latencies: Latency[] = []
  for (let nth = 0; nth < plan.timed; nth += 1) {
    // Each message is later than all before it by more than a window.
    const from = records * 2 + nth * far_apart
    latencies.push(
      await contender.one([...workload.records(from, from + timed_records), workload.last(from + timed_records)]),
    )
  }
  const processor =
    started_processor_ms === undefined || ended_processor_ms === undefined
      ? undefined
      : ended_processor_ms - started_processor_ms
  return { records, duration_ms, processor_ms: processor, results, latencies }
}
/** No multiple of what is drawn or read: the same records over and over would show no trend. */
const far_apart = 200_037

/** How many results there must be: whoever comes to others is wrong. */
function resultsOf(workload: Workload, records: number, batch: number): number {
  const hand = workload.byHand()
  for (const some of batches(workload, records, batch)) hand.take(JSON.stringify(some))
  return hand.results
}

function* batches(workload: Workload, records: number, batch: number): Generator<readonly unknown[]> {
  for (let at = 0; at < records; at += batch) yield workload.records(at, Math.min(records, at + batch))
}
