/**
 * Recovery: an empty one is given all that was committed before, and must know again what is pending and what is next.
 *
 * @module
 */
import type { ContenderMaker } from '../contenders/contender.ts'
import { frameBytes, turns } from './producers.ts'
import { commit_bytes, expectSame, type StageContext, type Workload, type WorkloadSpec } from './workload.ts'

export function recovery<Arrival, Key>(
  make: ContenderMaker<Arrival, Key>,
  spec: WorkloadSpec,
  { heap_bytes }: StageContext,
): Workload {
  const { commits, last } = history(make, spec)
  let contender = make()
  return {
    items: spec.count,
    payload_bytes: spec.count * spec.payload_bytes,
    prepare() {
      contender = make()
      // Collects what the rounds before have left, where that can be asked for: a host recovers in a fresh process.
      heap_bytes?.()
    },
    run() {
      for (const commit of commits) contender.load(commit)
    },
    verify() {
      expectSame('unconsumed', spec.count, contender.unconsumed)
      for (const [producer, next] of last) {
        expectSame(`expected of ${producer}`, next, contender.expected(contender.key(producer)))
      }
    },
  }
}

/** The commits of a host that took `count` messages, and what it expects next of each producer. */
function history<Arrival, Key>(make: ContenderMaker<Arrival, Key>, spec: WorkloadSpec) {
  const contender = make()
  const commit_calls = Math.max(1, Math.floor(commit_bytes / frameBytes(spec)))
  const offered = turns(contender, spec, commit_calls)
  const commits: Uint8Array<ArrayBuffer>[] = []
  let taken = 0
  for (let call = 0; taken < spec.count; call++) {
    const turn = offered[call % commit_calls]
    if (turn === undefined) break
    const { producer, batch } = turn
    const missing = spec.count - taken
    const arrival =
      missing >= spec.batch ? turn.arrival : contender.arrival({ ...batch, payloads: batch.payloads.slice(0, missing) })
    const accepted = contender.ingest(arrival, producer.next)
    producer.next += accepted
    taken += accepted
    if ((call + 1) % commit_calls === 0 || taken === spec.count) commits.push(contender.commit())
  }
  return { commits, last: new Map(offered.map(({ producer: { id, next } }) => [id, next])) }
}
