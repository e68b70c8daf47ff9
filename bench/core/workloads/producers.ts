/**
 * The producers of a run: the same ids and payloads for every contender.
 *
 * @module
 */
import { Random } from '../../random.ts'
import type { Batch, Contender } from '../contenders/contender.ts'
import type { WorkloadSpec } from './workload.ts'

const producers_max = 16
const frame_overhead_bytes = 80
const message_overhead_bytes = 8

/** About what a batch takes in a log; exact in no format, fair to all. */
export function frameBytes({ payload_bytes, batch }: Pick<WorkloadSpec, 'payload_bytes' | 'batch'>): number {
  return frame_overhead_bytes + batch * (message_overhead_bytes + payload_bytes)
}

export interface Producer {
  readonly id: string
  /** Its next sequence. */
  next: number
}

/** A producer's batch, ready to be offered. */
export interface Turn<Arrival> {
  readonly producer: Producer
  readonly batch: Batch
  readonly arrival: Arrival
}

/**
 * Batches of up to 16 producers, who take turns. No two share a payload: a contender that keeps what arrives, or a
 * serializer that notices what it has written before, would otherwise be given something for nothing.
 *
 * @param count how many; afterwards they may be offered again, under later sequences
 */
export function turns<Arrival, Key>(
  contender: Contender<Arrival, Key>,
  spec: Pick<WorkloadSpec, 'payload_bytes' | 'batch'>,
  count: number,
): Turn<Arrival>[] {
  const random = new Random(1)
  const producers: Producer[] = Array.from({ length: producers_max }, () => ({ id: uuid(random), next: 1 }))
  return Array.from({ length: count }, (_, nth) => {
    const producer = producers[nth % producers_max] ?? { id: uuid(random), next: 1 }
    const payloads = Array.from({ length: spec.batch }, () => random.bytes(spec.payload_bytes))
    const batch = { producer: producer.id, payloads }
    return { producer, batch, arrival: contender.arrival(batch) }
  })
}

/** Calls that fill a section. */
export function callsOf(spec: WorkloadSpec): number {
  return Math.max(1, Math.floor(spec.section_bytes / frameBytes(spec)))
}

export function uuid(random: Random): string {
  const high = hexadecimal(random.bits())
  const middle = hexadecimal(random.bits())
  const low = hexadecimal(random.bits())
  const end = hexadecimal(random.bits())
  return `${high}-${middle.slice(0, 4)}-${middle.slice(4)}-${low.slice(0, 4)}-${low.slice(4)}${end}`
}

/** @returns 8 digits */
function hexadecimal(bits: number): string {
  return bits.toString(16).padStart(8, '0')
}
