/**
 * The copy across the boundary, apart: a frame is brought to where the core reads it, and nothing is done with it.
 *
 * @module
 */
import type { ContenderMaker } from '../contenders/contender.ts'
import { callsOf, turns } from './producers.ts'
import type { Workload, WorkloadSpec } from './workload.ts'

/** @returns `undefined` when the contender copies nothing */
export function copyIn<Arrival, Key>(make: ContenderMaker<Arrival, Key>, spec: WorkloadSpec): Workload | undefined {
  const contender = make()
  const copy = contender.copyIn
  if (copy === undefined) return undefined
  const calls = callsOf(spec)
  const arrivals = turns(contender, spec, calls).map(({ arrival }) => arrival)
  const items = calls * spec.batch
  const frame_bytes = arrivals[0] === undefined ? 0 : contender.copyBytes(arrivals[0])
  const room_bytes = calls * frame_bytes
  return {
    items,
    payload_bytes: items * spec.payload_bytes,
    prepare() {},
    run() {
      let offset = 0
      for (const arrival of arrivals) {
        copy(arrival, offset, room_bytes)
        // Each to a place of its own, as in a log.
        offset += frame_bytes
      }
    },
    verify() {},
  }
}
