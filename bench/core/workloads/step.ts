/**
 * Step: consumes one message, sends one, remembers one.
 *
 * @module
 */
import { Random } from '../../random.ts'
import type { ContenderMaker } from '../contenders/contender.ts'
import { turns } from './producers.ts'
import { expectSame, type Workload, type WorkloadSpec } from './workload.ts'

const arrival_batch = 64
/** Four records, and their headers. */
const overhead_bytes = 120

/** @param commits commits all steps of a section at its end */
export function step<Arrival, Key>(make: ContenderMaker<Arrival, Key>, spec: WorkloadSpec, commits: boolean): Workload {
  const contender = make()
  const random = new Random(2)
  const rounds = Math.ceil(spec.section_bytes / (3 * spec.payload_bytes + overhead_bytes) / arrival_batch)
  const items = rounds * arrival_batch
  const arriving = turns(contender, { payload_bytes: spec.payload_bytes, batch: arrival_batch }, rounds)
  // No two share a payload, as in `turns`.
  const results = Array.from({ length: items }, () => ({
    sent: random.bytes(spec.payload_bytes),
    remembered: random.bytes(spec.payload_bytes),
  }))
  let positions: number[] = []
  let committed_bytes = 0
  return {
    items,
    payload_bytes: items * 2 * spec.payload_bytes,
    prepare() {
      contender.settle()
      for (const { arrival, producer } of arriving) producer.next += contender.ingest(arrival, producer.next)
      contender.commit()
      positions = contender.positions()
      expectSame('messages to consume', items, positions.length)
    },
    run() {
      let nth = 0
      for (const { sent, remembered } of results)
        contender.step(positions[nth++] ?? -1, 'totals@edge', sent, remembered)
      committed_bytes = commits ? contender.commit().length : 0
    },
    verify() {
      // Each step consumed one and remembered one.
      expectSame('unconsumed', items, contender.positions().length + contender.unconsumed)
      if (commits && committed_bytes < items * 2 * spec.payload_bytes) throw new Error('a commit is too short')
    },
  }
}
