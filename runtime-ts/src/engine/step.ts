/**
 * Third on a message's path: arrive → deliver → **step** → commit → send.
 *
 * A step is written straight into the log's tail: what it sends and remembers, then the completion that names what it
 * consumes. The core validates all of it before anything counts.
 *
 * @module
 */
import { Kind, type Lsn } from '@darq/core'
import { DarqError } from '../error.ts'
import { textOf, utf8Bytes } from '../text.ts'
import { padded } from './byte-codec.ts'
import type { Channel } from './channel.ts'
import { flag_gated } from './records.ts'
import { type FillingLog, full, roomForStep } from './room.ts'
import { sentMax, tooLarge } from './sizes.ts'
import type { Clock, EngineLimits, Out, Payload, StepReceipt, StepRecord, Version } from './types.ts'
import type { Versions } from './versions.ts'

const encoder = new TextEncoder()

/** What a step needs of its DARQ. */
export interface SteppingDarq extends FillingLog {
  /** The version that holds the newest record. */
  readonly newest: Version
  readonly host: {
    readonly clock: Clock
    readonly counts: { steps: number }
    readonly limits: EngineLimits
    readonly versions: Versions
    /** @throws {DarqError} `closed` */
    assertRunning(): void
    /** A DARQ's name, encoded. */
    idBytes(name: string): Uint8Array
  }
  /** The log has grown. */
  appended(): void
  /** This many more in-messages wait. */
  waited(change: number): void
  consumedTimer(lsn: Lsn): void
  /** A timer was made. */
  arm(lsn: Lsn, due_ms: number): void
  /** A timer of its own is due. */
  fire(lsn: Lsn, gated: boolean): void
  channel(to: string): Pick<Channel, 'push'>
}

class Stepped implements StepReceipt {
  readonly completion: Lsn
  readonly remembered: readonly Lsn[]
  readonly sent: readonly Lsn[]
  readonly checkpoint: Lsn | 0
  readonly #versions: Versions
  readonly #version: Version

  constructor(
    darq: SteppingDarq,
    completion: Lsn,
    remembered: readonly Lsn[],
    sent: readonly Lsn[],
    checkpoint: Lsn | 0,
  ) {
    this.completion = completion
    this.remembered = remembered
    this.sent = sent
    this.checkpoint = checkpoint
    this.#versions = darq.host.versions
    this.#version = darq.newest
  }
  get durable(): Promise<void> {
    return this.#versions.whenDurable(this.#version)
  }
  get committed(): Promise<void> {
    return this.#versions.whenCommitted(this.#version)
  }
}

const none: readonly never[] = []

/** @throws {DarqError} `step_empty`, `conflict`, `too_large`, `backpressure`, `closed`; nothing changed then */
export function step(darq: SteppingDarq, record: StepRecord): StepReceipt {
  darq.host.assertRunning()
  const { consume, send = none, remember = none, checkpoint } = record
  if (consume.length === 0)
    throw new DarqError('step_empty', { facts: { expected: 'a step that consumes at least one message', got: 0 } })
  const { core, host } = darq

  let bytes_max = 16 + 4 * consume.length + 8
  const sent_max = sentMax(host.limits)
  for (const out of send) {
    const payload_max = longest(out.bytes)
    if (payload_max > sent_max && bytesOf(out.bytes) > sent_max) throw tooLarge(sent_max, bytesOf(out.bytes))
    bytes_max += 16 + padded(host.idBytes(out.to).length) + padded(payload_max)
  }
  for (const payload of remember) bytes_max += 8 + padded(longest(payload))
  if (checkpoint !== undefined) bytes_max += 8 + padded(longest(checkpoint))
  const offset = roomForStep(darq, bytes_max, consume)
  const first = core.reserved
  const lsnOf = (at: number): Lsn => (first + at - offset) as Lsn

  let at = offset
  const sent: Lsn[] = []
  for (const out of send) {
    sent.push(lsnOf(at))
    at = writeAddressed(darq, at, out)
  }
  const remembered: Lsn[] = []
  for (const payload of remember) {
    remembered.push(lsnOf(at))
    at = writePlain(darq, at, Kind.self, payload)
  }
  let checkpointLsn: Lsn | 0 = 0
  if (checkpoint !== undefined) {
    checkpointLsn = lsnOf(at)
    at = writePlain(darq, at, Kind.checkpoint, checkpoint)
  }
  const completion = lsnOf(at)
  at = writeCompletion(darq, at, completion, consume)

  const answer = core.step(at - offset)
  if (answer !== 'done') throw refused(darq, answer)
  host.counts.steps += 1
  darq.appended()
  for (const lsn of consume) {
    const kind = (core.words[(core.at(lsn) >>> 2) + 1] ?? 0) & 255
    if (kind === Kind.message) darq.waited(-1)
    else if (kind === Kind.timer) darq.consumedTimer(lsn)
  }
  const receipt = new Stepped(darq, completion, remembered, sent, checkpointLsn)
  for (const [index, out] of send.entries()) {
    const lsn = sent[index]
    if (lsn === undefined) continue
    if (out.due_ms !== undefined && out.due_ms > host.clock.now_ms()) darq.arm(lsn, out.due_ms)
    else if (out.to === darq.name) darq.fire(lsn, out.gate === 'committed')
    else if (out.due_ms !== undefined) darq.arm(lsn, out.due_ms)
    else darq.channel(out.to).push(lsn, out.gate === 'committed')
  }
  return receipt
}

/** At most this many bytes of UTF-8; short text is not measured but assumed at its longest. */
function longest(payload: Payload): number {
  return typeof payload === 'string' ? payload.length * 3 : payload.length
}

function bytesOf(payload: Payload): number {
  return typeof payload === 'string' ? utf8Bytes(payload) : payload.length
}

/** Writes a payload and the zeroes behind it. @returns its length in bytes */
function writePayload(bytes: Uint8Array, at: number, payload: Payload): number {
  let length: number
  if (typeof payload === 'string') length = writeText(bytes, at, payload)
  else {
    bytes.set(payload, at)
    length = payload.length
  }
  for (let end = at + length; (end & 7) !== 0; end += 1) bytes[end] = 0
  return length
}

/** Short ASCII is quicker by hand than by `encodeInto`, which needs a view each time. */
function writeText(bytes: Uint8Array, at: number, text: string): number {
  if (text.length <= 256) {
    let i = 0
    for (; i < text.length; i += 1) {
      const code = text.charCodeAt(i)
      if (code > 127) break
      bytes[at + i] = code
    }
    if (i === text.length) return i
  }
  textOf('a payload', text)
  return encoder.encodeInto(text, bytes.subarray(at, at + text.length * 3)).written
}

function writePlain({ core }: FillingLog, at: number, kind: number, payload: Payload): number {
  const size = 8 + writePayload(core.bytes, at + 8, payload)
  core.words[at >>> 2] = size
  core.words[(at >>> 2) + 1] = kind
  return at + padded(size)
}

const due = new Float64Array(1)
const dueWords = new Uint32Array(due.buffer)

function writeAddressed({ core, host, name }: SteppingDarq, at: number, { to, bytes, due_ms, gate }: Out): number {
  const id = host.idBytes(to)
  const word = at >>> 2
  const body = at + 16 + padded(id.length)
  due[0] = due_ms ?? 0
  core.words[word + 1] =
    (due_ms === undefined && to !== name ? Kind.out : Kind.timer) |
    ((gate === 'committed' ? flag_gated : 0) << 8) |
    (id.length << 16)
  core.words[word + 2] = dueWords[0] ?? 0
  core.words[word + 3] = dueWords[1] ?? 0
  writePayload(core.bytes, at + 16, id)
  const size = body - at + writePayload(core.bytes, body, bytes)
  core.words[word] = size
  return at + padded(size)
}

function writeCompletion({ core }: FillingLog, at: number, completion: Lsn, consume: readonly Lsn[]): number {
  const word = at >>> 2
  const size = 16 + 4 * consume.length
  core.words[word] = size
  core.words[word + 1] = Kind.completion
  core.words[word + 2] = consume.length
  core.words[word + 3] = 0
  let next = word + 4
  for (const lsn of consume) {
    const distance = (completion - lsn) / 8
    // 0 is never a distance: the core refuses what is no position in its log.
    core.words[next] = Number.isInteger(distance) && distance > 0 && distance < 2 ** 32 ? distance : 0
    next += 1
  }
  if ((consume.length & 1) === 1) core.words[next] = 0
  return at + padded(size)
}

function refused(darq: FillingLog, answer: 'not_pending' | 'empty' | 'bad_frame' | 'too_large' | 'full'): DarqError {
  switch (answer) {
    case 'empty':
      return new DarqError('step_empty')
    case 'full':
      return full(darq)
    case 'too_large':
      return tooLarge(darq.core.limits.message_bytes_max)
    default:
      return new DarqError('conflict', {
        facts: {
          expected: 'a step that consumes pending messages, each once',
          got: 'one that is not pending, or named twice',
        },
      })
  }
}
