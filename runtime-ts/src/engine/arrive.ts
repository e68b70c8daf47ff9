/**
 * First on a message's path: **arrive** → deliver → step → commit → send.
 *
 * A batch of a producer becomes one `in` record at the log's tail: the core checks it, drops what is a repeat, refuses a gap.
 *
 * @module
 */
import { Kind, type Lsn } from '@darq/core'
import { DarqError } from '../error.ts'
import { padded } from './byte-codec.ts'
import { countMessages, decodeMessages, message_header_bytes } from './messages.ts'
import { writeWhole } from './records.ts'
import { type FillingLog, full, hasRoom, room, share_for_arrivals, share_for_hand_overs } from './room.ts'
import { sentMax, tooLarge } from './sizes.ts'
import type { Clock, EngineLimits, EnqueueReceipt, Epoch, Stated, Version } from './types.ts'
import type { Versions } from './versions.ts'

const in_header_bytes = 40
const id_bytes_max = 1023

export interface Batch {
  /** Empty when the batch has no producer; `first` is 0 then. */
  readonly producer: Uint8Array
  readonly first: number
  /** The sender's state that the messages come from; 0, 0 for producers that are no hosts. */
  readonly originEpoch: Epoch | 0
  readonly originVersion: Version | 0
  /** As `encodeMessages` lays them out; at least one. */
  readonly messages: Uint8Array
  /** What an outside producer says of its id. */
  readonly stated?: Stated | undefined
  /** It comes out of another log of this host, which it would go on filling. */
  readonly handedOver?: true
  /** Called when it is to be taken, just before: may close the open version. */
  readonly depends?: () => void
}

/** What a batch needs of the DARQ where it arrives. */
export interface ArrivingDarq extends FillingLog {
  /** The version that holds the newest record. */
  readonly newest: Version
  readonly host: {
    readonly clock: Clock
    readonly limits: EngineLimits
    readonly counts: { messages_accepted: number; duplicates_refused: number }
    readonly versions: Versions
    /** @throws {DarqError} `closed` */
    assertRunning(): void
  }
  /** There is something to deliver. */
  wake(): void
  /** The log has grown. */
  appended(): void
  /** This many more in-messages wait. */
  waited(change: number): void
}

export class Arrived implements EnqueueReceipt {
  readonly lsns: readonly Lsn[]
  readonly duplicates: number
  readonly expected: number
  /** The version whose fate these messages share. */
  readonly version: Version
  readonly #versions: Versions

  constructor(darq: ArrivingDarq, lsns: readonly Lsn[], duplicates: number, expected: number) {
    this.lsns = lsns
    this.duplicates = duplicates
    this.expected = expected
    this.version = darq.newest
    this.#versions = darq.host.versions
  }
  get lsn(): number {
    return this.lsns[0] ?? 0
  }
  get duplicate(): boolean {
    return this.lsns.length === 0
  }
  get accepted(): number {
    return this.lsns.length
  }
  get durable(): Promise<void> {
    return this.#versions.whenDurable(this.version)
  }
  get committed(): Promise<void> {
    return this.#versions.whenCommitted(this.version)
  }
}

const none: readonly Lsn[] = []

/** @throws {DarqError} `gap`, `bad_frame`, `too_large`, `backpressure`, `closed`; nothing changed then */
export function arrive(darq: ArrivingDarq, batch: Batch): Arrived {
  darq.host.assertRunning()
  const { core, host } = darq
  const { producer, first, messages } = batch
  const count = countMessages(messages)
  if (typeof count === 'string') throw refused('bad_frame', 'a row of messages', count)
  if (count === 0) throw refused('bad_frame', 'at least one message', 0)
  // A host's own numbers are those of a channel.
  const payload_max = batch.originEpoch === 0 ? host.limits.message_bytes_max : sentMax(host.limits)
  if (messages.length > payload_max + message_header_bytes)
    for (const payload of decodeMessages(messages))
      if (payload.length > payload_max) throw tooLarge(payload_max, payload.length)
  if (producer.length > id_bytes_max)
    throw refused('bad_frame', `a producer id of at most ${id_bytes_max} bytes`, producer.length)
  if (batch.stated !== undefined && !isPossible(batch))
    throw refused(
      'bad_frame',
      'one message of a key with sequence 1, or a birth between 1970 and 2106',
      JSON.stringify(batch.stated),
    )
  if (!Number.isSafeInteger(first) || first < 0 || (first === 0) !== (producer.length === 0))
    throw refused('bad_frame', 'a sequence from 1 with a producer id, or 0 without one', first)

  const id_bytes = padded(producer.length)
  const bytes = in_header_bytes + id_bytes + messages.length
  const share = batch.handedOver ? share_for_hand_overs : share_for_arrivals
  if (!hasRoom(darq, bytes, share)) return repeated(darq, batch, count)
  if (batch.depends && isNew(darq, batch, count)) batch.depends()
  const at = room(darq, bytes, share)
  const { words } = core
  const word = at >>> 2
  words[word] = bytes
  writeOrigin(words, word, batch, host.clock.now_ms())
  words[word + 8] = count
  words[word + 9] = 0
  if (id_bytes > 0) {
    words[word + 8 + id_bytes / 4] = 0
    words[word + 9 + id_bytes / 4] = 0
    core.bytes.set(producer, at + in_header_bytes)
  }
  core.bytes.set(messages, at + in_header_bytes + id_bytes)

  const result = core.ingest(bytes)
  switch (result.status) {
    case 'gap':
      throw new DarqError('gap', { facts: { expected: result.expected, got: result.got, darq: darq.name } })
    case 'bad_frame':
      throw refused('bad_frame', 'messages laid out as FORMAT.md says', `${bytes} bytes that are not`)
    case 'too_large':
      throw tooLarge(core.limits.message_bytes_max)
    case 'expired':
      throw new DarqError('producer_expired', {
        facts: {
          expected: 'a producer that was born later',
          born_after_ms: result.expected * 1000,
          got_ms: result.got * 1000,
        },
      })
    case 'full':
      throw full(darq)
  }
  const { accepted, duplicates, expected } = result
  host.counts.duplicates_refused += duplicates
  if (accepted === 0) return new Arrived(darq, none, duplicates, expected)
  const lsns = messageLsns(darq, result.first, accepted)
  host.counts.messages_accepted += accepted
  // Delivery is asked for first, so that the steps it brings are in the same commit.
  darq.wake()
  darq.appended()
  darq.waited(accepted)
  return new Arrived(darq, lsns, duplicates, expected)
}

/** A repeat, and what comes behind a gap, bring nothing that could depend on anything. */
function isNew(darq: ArrivingDarq, { producer, first }: Batch, count: number): boolean {
  if (first === 0) return true
  const expected = darq.core.expected(producer)
  return first <= expected && first + count > expected
}

const seconds_max = 2 ** 32

function isPossible({ stated, first, messages }: Batch): boolean {
  if (stated === undefined) return true
  if ('key' in stated) return first === 1 && countMessages(messages) === 1
  return stated.born_ms >= 0 && stated.born_ms < seconds_max * 1000
}

const flag_key = 1
const flag_dated = 2

/** The head of the in record, up to the count. What outside producers tell stands where a host's origin would. */
function writeOrigin(words: Uint32Array, word: number, batch: Batch, now_ms: number): void {
  const { producer, first, stated } = batch
  const now_seconds = Math.max(0, Math.floor(now_ms / 1000))
  const isKey = stated !== undefined && 'key' in stated
  const flags = stated === undefined ? 0 : isKey ? flag_key : flag_dated
  words[word + 1] = Kind.in | (flags << 8) | (producer.length << 16)
  writeWhole(words, word + 2, isKey ? 0 : first)
  writeWhole(words, word + 4, stated === undefined ? batch.originEpoch : now_seconds)
  const born_seconds = stated !== undefined && !isKey ? Math.floor(stated.born_ms / 1000) : 0
  writeWhole(words, word + 6, stated === undefined ? batch.originVersion : born_seconds)
}

function messageLsns({ core }: FillingLog, first: Lsn, count: number): Lsn[] {
  const lsns: Lsn[] = [first]
  const { words } = core
  for (let lsn = first; lsns.length < count; ) {
    lsn = (lsn + padded(words[core.at(lsn) >>> 2] ?? 0)) as Lsn
    lsns.push(lsn)
  }
  return lsns
}

function refused(code: 'bad_frame', expected: string, got: string | number): DarqError {
  return new DarqError(code, { facts: { expected, got } })
}

/** A full log takes nothing new, but knows what it has. @throws {DarqError} `backpressure` when something is new */
function repeated(darq: ArrivingDarq, { producer, first, stated }: Batch, count: number): Arrived {
  const expected = first === 0 || stated !== undefined ? 0 : darq.core.expected(producer)
  if (first + count > expected) throw full(darq)
  darq.host.counts.duplicates_refused += count
  return new Arrived(darq, none, count, expected)
}
