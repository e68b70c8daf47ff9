/**
 * Frames as the engine writes them (FORMAT.md), built byte by byte and independently of the core.
 *
 * @module
 */
import type { Core, CoreLimits, Lsn } from '../src/core.ts'
import { Kind } from '../src/core.ts'

export const limits: CoreLimits = {
  log_bytes_max: 1 << 20,
  message_bytes_max: 4096,
  producers_max: 100,
  hash_key: Uint8Array.from({ length: 16 }, (_, index) => index * 7),
}

const encoder = new TextEncoder()

export function text(value: string): Uint8Array {
  return encoder.encode(value)
}

const up = (bytes: number) => Math.ceil(bytes / 8) * 8

export interface Batch {
  readonly producer?: string
  readonly first?: number
  readonly messages: readonly (string | Uint8Array)[]
  readonly epoch?: number
  readonly version?: number
  /** Instead of a producer: an idempotency key. Of both, seconds since 1970: when it is taken. */
  readonly key?: string
  readonly time_s?: number
  /** When the producer was born, in seconds since 1970. */
  readonly birth_s?: number
}

/** An `in` frame. */
export function batch({
  producer = '',
  first = producer === '' ? 0 : 1,
  messages,
  epoch = 0,
  version = 0,
  key,
  time_s = 0,
  birth_s,
}: Batch): Uint8Array {
  const id = text(key ?? producer)
  const payloads = messages.map((message) => (typeof message === 'string' ? text(message) : message))
  const bytes = 40 + up(id.length) + payloads.reduce((sum, payload) => sum + 8 + up(payload.length), 0)
  const frame = new Uint8Array(bytes)
  const view = new DataView(frame.buffer)
  view.setUint32(0, bytes, true)
  view.setUint8(4, Kind.in)
  view.setUint16(6, id.length, true)
  view.setUint8(5, key !== undefined ? 1 : birth_s !== undefined ? 2 : 0)
  view.setBigUint64(8, BigInt(first), true)
  view.setBigUint64(16, BigInt(epoch || time_s), true)
  view.setBigUint64(24, BigInt(birth_s ?? version), true)
  view.setUint32(32, payloads.length, true)
  frame.set(id, 40)
  let at = 40 + up(id.length)
  for (const payload of payloads) {
    view.setUint32(at, 8 + payload.length, true)
    view.setUint8(at + 4, Kind.message)
    frame.set(payload, at + 8)
    at += 8 + up(payload.length)
  }
  return frame
}

export interface Send {
  readonly to: string
  readonly payload?: string
  readonly due_ms?: number
  readonly gated?: boolean
}

export interface StepParts {
  readonly send?: readonly Send[]
  readonly remember?: readonly string[]
  readonly checkpoint?: string
  readonly consume: readonly number[]
}

/** A step frame that will stand at `at` (the core's `reserved`). */
export function stepFrame(at: number, { send = [], remember = [], checkpoint, consume }: StepParts): Uint8Array {
  const records: Uint8Array[] = []
  for (const { to, payload = '', due_ms, gated = false } of send) {
    const id = text(to)
    const record = plain(due_ms === undefined ? Kind.out : Kind.timer, 16 + up(id.length) + text(payload).length)
    const view = new DataView(record.buffer)
    view.setUint8(5, gated ? 1 : 0)
    view.setUint16(6, id.length, true)
    if (due_ms !== undefined) view.setFloat64(8, due_ms, true)
    record.set(id, 16)
    record.set(text(payload), 16 + up(id.length))
    records.push(record)
  }
  const memories = remember.map((payload) => [Kind.self, payload] as const)
  for (const [kind, payload] of checkpoint === undefined
    ? memories
    : [...memories, [Kind.checkpoint, checkpoint] as const]) {
    const record = plain(kind, 8 + text(payload).length)
    record.set(text(payload), 8)
    records.push(record)
  }
  const completionAt = at + records.reduce((sum, record) => sum + record.length, 0)
  const completion = plain(Kind.completion, 16 + 4 * consume.length)
  const view = new DataView(completion.buffer)
  view.setUint32(8, consume.length, true)
  consume.forEach((lsn, nth) => {
    view.setUint32(16 + 4 * nth, (completionAt - lsn) / 8, true)
  })
  return join([...records, completion])
}

function plain(kind: number, bytes: number): Uint8Array<ArrayBuffer> {
  const record = new Uint8Array(up(bytes))
  const view = new DataView(record.buffer)
  view.setUint32(0, bytes, true)
  view.setUint8(4, kind)
  return record
}

export function join(parts: readonly Uint8Array[]): Uint8Array {
  const joined = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0))
  let at = 0
  for (const part of parts) {
    joined.set(part, at)
    at += part.length
  }
  return joined
}

/** Writes `frame` at the reserved place. @returns whether there was room */
export function put(core: Core, frame: Uint8Array): boolean {
  const at = core.reserve(frame.length)
  if (at >= 0) core.bytes.set(frame, at)
  return at >= 0
}

/** Ingests a frame. @returns a copy of the answer */
export function ingest(core: Core, frame: Batch | Uint8Array): ReturnType<Core['ingest']> {
  const bytes = frame instanceof Uint8Array ? frame : batch(frame)
  put(core, bytes)
  return { ...core.ingest(bytes.length) }
}

export function step(core: Core, parts: StepParts): ReturnType<Core['step']> {
  const { length } = stepFrame(0, { ...parts, consume: parts.consume.map(() => 0) })
  core.reserve(length)
  const frame = stepFrame(core.reserved, parts)
  put(core, frame)
  return core.step(frame.length)
}

/** The pending items of `kinds`, as LSNs. */
export function pending(core: Core, ...kinds: Kind[]): Lsn[] {
  const mask = kinds.reduce((bits, kind) => bits | (1 << kind), 0)
  const found: Lsn[] = []
  for (let from = core.start; ; ) {
    const count = core.pending(from, mask)
    for (const lsn of core.lsns.subarray(0, count)) found.push(lsn as Lsn)
    const last = found.at(-1)
    if (count < core.lsns_max || last === undefined) return found
    from = (last + 8) as Lsn
  }
}

/** The log's live bytes, copied. */
export function logBytes(core: Core): Uint8Array {
  return core.start === core.end
    ? new Uint8Array(0)
    : core.bytes.slice(core.at(core.start), core.at(core.start) + core.end - core.start)
}

/** Seals, and copies. */
export function sealed(core: Core): Uint8Array {
  return core.seal()?.bytes.slice() ?? new Uint8Array(0)
}
