/**
 * What a contender does, so that the workloads can ask the same of each.
 *
 * All start from the same thing, a producer's batch in memory, and end with the same thing: bytes that storage may take,
 * with a checksum. In between everyone may do as it likes.
 *
 * @module
 */

import type { DependenciesMaker } from './dependencies.ts'

/** One producer's messages, before any contender has seen them. */
export interface Batch {
  /** As an outside client would be called: a UUID. */
  readonly producer: string
  readonly payloads: readonly Uint8Array<ArrayBuffer>[]
}

/** One log with its dedup. `Arrival` is the form in which a batch reaches it, `Key` the one in which an id does. */
export interface Contender<Arrival, Key> {
  /** Puts a batch into the form in which it arrives: what a network or a port would hand over. Never timed. */
  arrival(batch: Batch): Arrival
  /** Takes a batch whose first message is the producer's `first`. @returns how many messages were new */
  ingest(arrival: Arrival, first: number): number
  /** The same from plain objects: a contender with a frame format builds the frame here. */
  ingestObjects(batch: Batch, first: number): number
  /**
   * What it costs to bring an arrival to where `ingest` reads it, and no more: `offset` bytes behind the log's end, for which
   * `room_bytes` are reserved. `undefined`: nothing has to be brought.
   */
  readonly copyIn: ((arrival: Arrival, offset: number, room_bytes: number) => void) | undefined
  /** Bytes that `copyIn` takes for this arrival. */
  copyBytes(arrival: Arrival): number
  /** Where the messages that nobody consumed stand, oldest first. Never timed. */
  positions(): number[]
  /** One step: consumes the message at `position`, sends `sent` to a DARQ, remembers `remembered`. All or nothing. */
  step(position: number, to: string, sent: Uint8Array<ArrayBuffer>, remembered: Uint8Array<ArrayBuffer>): void
  /** Everything since the last commit as bytes of its own, with a checksum, ready for storage. */
  commit(): Uint8Array<ArrayBuffer>
  /** Consumes and acknowledges all, and drops what the log no longer needs. Never timed. */
  settle(): void
  /** Recovery: takes what one commit gave. @throws when the checksum is wrong */
  load(commit: Uint8Array<ArrayBuffer>): void
  /** The form in which a producer's id reaches `expected`. Never timed. */
  key(producer: string): Key
  /** The next sequence expected of a producer. */
  expected(key: Key): number
  /** Messages, and what steps remembered, that nobody consumed. */
  readonly unconsumed: number
  /** What is pending, in order, as bytes: proof that nobody skips work. Never timed. */
  readonly payloads: readonly Uint8Array[]
  /** All of its memory, where it knows. */
  readonly memory_bytes: number | undefined
}

/** Makes empty ones. */
export type ContenderMaker<Arrival, Key> = () => Contender<Arrival, Key>

/** What one contender keeps of a DARQ, and of its host. */
export interface Makers<Arrival, Key, Vector> {
  readonly contender: ContenderMaker<Arrival, Key>
  readonly dependencies: DependenciesMaker<Vector>
}

export const contenderNames = ['wasm', 'twin', 'idiomatic'] as const
export type ContenderName = (typeof contenderNames)[number]
