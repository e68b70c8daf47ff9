/**
 * A core, Wasm or twin, as the engine drives it: whole frames are copied to the reserved place and taken there.
 *
 * @module
 */
import { type Core, type CoreMaker, Kind, type Lsn } from '@darq/core'
import type { Batch, Contender } from './contender.ts'
import {
  batchBytes,
  completionBytes,
  payloadOffset,
  setFirst,
  stepBytes,
  writeBatch,
  writeCompletion,
  writeStep,
} from './frame.ts'

/** A frame as it comes off the wire, in memory that is not the core's. */
export interface Frame {
  readonly bytes: Uint8Array<ArrayBuffer>
  readonly words: Uint32Array<ArrayBuffer>
}

const limits = {
  log_bytes_max: 2 ** 30,
  message_bytes_max: 1 << 20,
  producers_max: 1 << 22,
  hash_key: Uint8Array.from({ length: 16 }, (_, at) => (at * 37 + 11) & 0xff),
}
const consumable = (1 << Kind.message) | (1 << Kind.self)
const acknowledgeable = 1 << Kind.out
const encoder = new TextEncoder()

export class CoreContender implements Contender<Frame, Uint8Array> {
  readonly #core: Core
  /** Ids as bytes, encoded once: a host keeps them so. */
  readonly #ids = new Map<string, Uint8Array<ArrayBuffer>>()

  constructor(maker: CoreMaker) {
    this.#core = maker(limits)
  }

  get payloads(): Uint8Array[] {
    const core = this.#core
    return [...this.#pending(consumable | acknowledgeable)].flat().map((position) => {
      const at = core.at(lsn(position))
      const bytes = core.words[at >>> 2] ?? 0
      return core.bytes.slice(at + payloadOffset(core.words[(at >>> 2) + 1] ?? 0), at + bytes)
    })
  }

  arrival({ producer, payloads }: Batch): Frame {
    const id = this.key(producer)
    const bytes = new Uint8Array(batchBytes(id, payloads))
    const frame = { bytes, words: new Uint32Array(bytes.buffer) }
    writeBatch(frame, 0, bytes.length, id, 1, payloads)
    return frame
  }

  ingest(frame: Frame, first: number): number {
    const core = this.#core
    setFirst(frame.words, 0, first)
    const { length } = frame.bytes
    const at = core.reserve(length)
    if (at < 0) throw new Error('the log is full')
    core.bytes.set(frame.bytes, at)
    const { status, accepted } = core.ingest(length)
    if (status !== 'accepted') throw new Error(`a batch was refused: ${status}`)
    return accepted
  }

  ingestObjects({ producer, payloads }: Batch, first: number): number {
    const core = this.#core
    const id = this.key(producer)
    const bytes = batchBytes(id, payloads)
    const at = core.reserve(bytes)
    if (at < 0) throw new Error('the log is full')
    writeBatch(core, at, bytes, id, first, payloads)
    const { status, accepted } = core.ingest(bytes)
    if (status !== 'accepted') throw new Error(`a batch was refused: ${status}`)
    return accepted
  }

  copyIn = (frame: Frame, offset: number, room_bytes: number): void => {
    const at = this.#core.reserve(room_bytes)
    if (at < 0) throw new Error('the log is full')
    this.#core.bytes.set(frame.bytes, at + offset)
  }

  copyBytes(frame: Frame): number {
    return frame.bytes.length
  }

  positions(): number[] {
    return [...this.#pending(1 << Kind.message)].flat()
  }

  step(position: number, to: string, sent: Uint8Array<ArrayBuffer>, remembered: Uint8Array<ArrayBuffer>): void {
    const core = this.#core
    const id = this.key(to)
    const bytes = stepBytes(id, sent, remembered)
    const at = core.reserve(bytes)
    if (at < 0) throw new Error('the log is full')
    writeStep(core, at, core.reserved, position, id, sent, remembered)
    const answer = core.step(bytes)
    if (answer !== 'done') throw new Error(`a step was refused: ${answer}`)
  }

  commit(): Uint8Array<ArrayBuffer> {
    const sealed = this.#core.seal()
    return sealed === undefined ? new Uint8Array(0) : new Uint8Array(sealed.bytes)
  }

  settle(): void {
    const core = this.#core
    for (const positions of this.#pending(consumable)) this.#consume(positions)
    for (const positions of this.#pending(acknowledgeable)) {
      core.lsns.set(positions)
      core.acknowledge(positions.length)
    }
    if (core.snapshot() !== 'done') throw new Error('no room for a snapshot')
    core.seal()
    core.truncate(core.head)
  }

  load(commit: Uint8Array<ArrayBuffer>): void {
    const answer = this.#core.load(commit)
    if (answer !== 'ok') throw new Error(`a segment was refused: ${answer}`)
  }

  key(producer: string): Uint8Array<ArrayBuffer> {
    const known = this.#ids.get(producer)
    if (known !== undefined) return known
    const id = encoder.encode(producer)
    this.#ids.set(producer, id)
    return id
  }

  expected(id: Uint8Array): number {
    return this.#core.expected(id)
  }

  get unconsumed(): number {
    return this.#core.unconsumed
  }

  get memory_bytes(): number {
    return this.#core.memory_bytes
  }

  /** The pending items of `kinds`, as many at once as the core gives. */
  *#pending(kinds: number): Generator<number[]> {
    const core = this.#core
    for (let from = core.start, count = core.lsns_max; count === core.lsns_max; ) {
      count = core.pending(from, kinds)
      const positions = Array.from(core.lsns.subarray(0, count))
      from = lsn((positions.at(-1) ?? from) + 8)
      if (count > 0) yield positions
    }
  }

  #consume(positions: readonly number[]): void {
    const core = this.#core
    const bytes = completionBytes(positions.length)
    const at = core.reserve(bytes)
    if (at < 0) throw new Error('the log is full')
    const index = at >>> 2
    writeCompletion(core.words, index, positions.length)
    positions.forEach((position, nth) => {
      core.words[index + 4 + nth] = (core.reserved - position) / 8
    })
    const answer = core.step(bytes)
    if (answer !== 'done') throw new Error(`a completion was refused: ${answer}`)
  }
}

function lsn(position: number): Lsn {
  return position as Lsn
}
