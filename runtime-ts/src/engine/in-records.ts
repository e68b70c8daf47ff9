/**
 * The in records in sealed bytes of a log: who sent what, and from which of its states (FORMAT.md).
 *
 * @module
 */
import { Kind } from '@darq/core'
import type { Epoch, Version } from './types.ts'

export interface InRecord {
  /** The producer's id as text: a channel's is `host#generation/darq`. */
  readonly producer: string
  /** Sequence of its first message. */
  readonly first: number
  /** The state of the sender that its messages come from; 0 for producers that are no hosts. */
  readonly originEpoch: Epoch
  readonly originVersion: Version
}

const decoder = new TextDecoder()
const flags_of_outsiders = 3

/** Those of channels, in order. */
export function* inRecords(bytes: Uint8Array): Generator<InRecord> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const whole = (at: number): number => view.getUint32(at + 4, true) * 2 ** 32 + view.getUint32(at, true)
  for (let at = 0; at < bytes.length; at += (view.getUint32(at, true) + 7) & ~7) {
    const id_bytes = view.getUint16(at + 6, true)
    const isOfChannel =
      view.getUint8(at + 4) === Kind.in && id_bytes > 0 && (view.getUint8(at + 5) & flags_of_outsiders) === 0
    if (!isOfChannel) continue
    yield {
      producer: decoder.decode(bytes.subarray(at + 40, at + 40 + id_bytes)),
      first: whole(at + 8),
      originEpoch: whole(at + 16) as Epoch,
      originVersion: whole(at + 24) as Version,
    }
  }
}
