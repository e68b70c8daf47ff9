/**
 * Memory: many messages are held pending; what they take.
 *
 * @module
 */
import type { ContenderMaker } from '../contenders/contender.ts'
import { callsOf, turns } from './producers.ts'
import { expectSame, type StageContext, type Workload, type WorkloadSpec } from './workload.ts'

/** @returns `undefined` when neither the contender nor the runtime knows */
export function memory<Arrival, Key>(
  make: ContenderMaker<Arrival, Key>,
  spec: WorkloadSpec,
  { heap_bytes }: StageContext,
): Workload | undefined {
  let contender = make()
  const offered = turns(contender, spec, callsOf(spec))
  let taken_bytes: number | undefined
  if (contender.memory_bytes === undefined && heap_bytes === undefined) return undefined
  return {
    items: spec.count,
    payload_bytes: spec.count * spec.payload_bytes,
    get memory_bytes() {
      return taken_bytes
    },
    prepare() {
      contender = make()
    },
    run() {
      const before_bytes = heap_bytes?.() ?? 0
      const next = new Map<string, number>()
      for (let call = 0; call * spec.batch < spec.count; call++) {
        const turn = offered[call % offered.length]
        if (turn === undefined) return
        // A contender that keeps what arrives is given payloads of its own, as a port or a socket would.
        const batch = { ...turn.batch, payloads: turn.batch.payloads.map((payload) => payload.slice()) }
        const first = next.get(batch.producer) ?? 1
        next.set(batch.producer, first + contender.ingest(contender.arrival(batch), first))
      }
      taken_bytes = contender.memory_bytes ?? (heap_bytes?.() ?? 0) - before_bytes
    },
    verify() {
      expectSame('unconsumed', Math.ceil(spec.count / spec.batch) * spec.batch, contender.unconsumed)
    },
  }
}
