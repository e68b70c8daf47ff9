/**
 * Seal: what is in memory since the last commit becomes bytes for storage, with a checksum.
 *
 * @module
 */
import type { ContenderMaker } from '../contenders/contender.ts'
import { callsOf, turns } from './producers.ts'
import { expectSame, type Workload, type WorkloadSpec } from './workload.ts'

export function seal<Arrival, Key>(make: ContenderMaker<Arrival, Key>, spec: WorkloadSpec): Workload {
  const contender = make()
  const calls = callsOf(spec)
  const arriving = turns(contender, spec, calls)
  const items = calls * spec.batch
  const payload_bytes = items * spec.payload_bytes
  let committed: Uint8Array | undefined
  return {
    items,
    payload_bytes,
    prepare() {
      contender.settle()
      committed = undefined
      for (const { arrival, producer } of arriving) producer.next += contender.ingest(arrival, producer.next)
    },
    run() {
      committed = contender.commit()
    },
    verify() {
      expectSame('unconsumed', items, contender.unconsumed)
      if (committed === undefined || committed.length < payload_bytes) throw new Error('a commit is too short')
    },
  }
}
