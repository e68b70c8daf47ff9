/**
 * The model: what a core does, written to be obviously right. State is copied whole where a core would replay; the log is
 * built by hand from FORMAT.md.
 *
 * @module
 */
import { Kind } from '../src/core.ts'
import { type Batch, batch, join, type StepParts, stepFrame, text } from './frames.ts'
import { type Entry, segment } from './segments.ts'

interface Known {
  /** Kind by LSN; out-messages stay here when they are acknowledged. */
  readonly pending: Map<number, Kind>
  /** Next sequence, by table and id. */
  readonly next: Map<string, Entry>
  checkpoint: number
  snapshot: number
  /** The oldest first. */
  keys: readonly { key: string; time_s: number; lsn: number }[]
  forgotten_before_s: number
}

export class Model {
  start = 0
  /** Everything in `[start, sealed)`. */
  segments: { from: number; bytes: Uint8Array }[] = []
  /** What came since. */
  records: Uint8Array[] = []
  /** Out-messages that were acknowledged: a rewind keeps that, a restart forgets it. */
  readonly acknowledged = new Set<number>()
  now: Known = {
    pending: new Map(),
    next: new Map(),
    checkpoint: 0,
    snapshot: -1,
    keys: [],
    forgotten_before_s: 0,
  }
  /** What was known at each segment's end. */
  readonly known = new Map<number, Known>([[0, copy(this.now)]])
  /** The head when it was sealed. */
  readonly heads = new Map<number, number>()
  /** No rewind goes before this. */
  committed = 0

  get sealed(): number {
    const last = this.segments.at(-1)
    return last === undefined ? this.start : last.from + last.bytes.length
  }
  get end(): number {
    return this.records.length === 0 ? this.sealed : this.sealed + 32 + bytesOf(this.records)
  }
  get tail(): number {
    return this.records.length === 0 ? this.sealed + 32 : this.end
  }

  /** What waits: kind by LSN. */
  get pending(): Map<number, Kind> {
    return new Map([...this.now.pending].filter(([lsn]) => lsn >= this.start && !this.acknowledged.has(lsn)))
  }

  /** What `ingest` answers for a key. */
  ingestKey(batchOf: Batch & { readonly key: string; readonly time_s: number }, keys_max: number) {
    const { key, time_s } = batchOf
    const none = { status: 'accepted', accepted: 0, duplicates: 0, expected: 0, got: 0 }
    const known = this.now.keys.find((each) => each.key === key)
    if (known !== undefined) return { ...none, first: known.lsn, duplicates: 1 }
    const first = this.append(batch(batchOf), text(key).length)
    this.now.keys = [...this.now.keys, { key, time_s, lsn: first }].slice(-keys_max)
    return { ...none, first, accepted: 1 }
  }

  next(table: 0 | 1, id: string): number {
    return this.now.next.get(`${table}${id}`)?.next ?? 1
  }

  ingest(batchOf: Batch, message_bytes_max: number) {
    const { producer = '', first = 1, messages, birth_s, time_s = 0 } = batchOf
    const expected = producer === '' ? 0 : this.next(0, producer)
    const got = producer === '' ? 0 : first
    const none = { first: 0, accepted: 0, duplicates: 0, expected, got }
    if (messages.some((message) => message.length > message_bytes_max)) return { status: 'too_large', ...none }
    const known = this.now.next.get(`0${producer}`)
    if (known === undefined && birth_s !== undefined && birth_s < this.now.forgotten_before_s) {
      return { status: 'expired', ...none, expected: this.now.forgotten_before_s, got: birth_s }
    }
    if (got > expected) return { status: 'gap', ...none }
    const duplicates = producer === '' ? 0 : Math.min(messages.length, expected - first)
    const kept = messages.slice(duplicates)
    if (kept.length === 0) return { status: 'accepted', ...none, duplicates }

    const record = batch(producer === '' ? { messages: kept } : { ...batchOf, first: expected, messages: kept })
    const at = this.append(record, text(producer).length)
    const after = first + messages.length
    const used_s = Math.max(known?.used_s ?? 0, birth_s === undefined ? 0 : time_s, birth_s ?? 0)
    if (producer !== '') this.now.next.set(`0${producer}`, { table: 0, id: producer, next: after, used_s })
    return {
      status: 'accepted',
      first: at,
      accepted: kept.length,
      duplicates,
      expected: producer === '' ? 0 : after,
      got,
    }
  }

  /** Appends an in record. @returns the LSN of its first message */
  append(record: Uint8Array, id_bytes: number): number {
    const view = new DataView(record.buffer)
    const head_bytes = 40 + Math.ceil(id_bytes / 8) * 8
    const at = this.tail
    for (let message = head_bytes; message < record.length; ) {
      record[message + 5] = (message / 8) & 255
      record[message + 6] = (message / 8) >> 8
      this.now.pending.set(at + message, Kind.message)
      message += Math.ceil(view.getUint32(message, true) / 8) * 8
    }
    this.records.push(record)
    return at + head_bytes
  }

  step(parts: StepParts): string {
    const { consume, send = [], remember = [], checkpoint } = parts
    if (consume.length === 0) return 'empty'
    if (new Set(consume).size < consume.length) return 'not_pending'
    for (const lsn of consume) {
      const kind = this.now.pending.get(lsn)
      if (kind === undefined || kind === Kind.out) return 'not_pending'
    }
    const at = this.tail
    const frame = stepFrame(at, parts)
    const view = new DataView(frame.buffer)
    for (const lsn of consume) this.now.pending.delete(lsn)
    if (consume.includes(this.now.checkpoint)) this.now.checkpoint = 0
    let record = 0
    const skip = () => {
      record += Math.ceil(view.getUint32(record, true) / 8) * 8
    }
    for (const { to, due_ms } of send) {
      if (due_ms === undefined) {
        const sequence = this.next(1, to)
        view.setBigUint64(record + 8, BigInt(sequence), true)
        this.now.next.set(`1${to}`, { table: 1, id: to, next: sequence + 1 })
      }
      this.now.pending.set(at + record, due_ms === undefined ? Kind.out : Kind.timer)
      skip()
    }
    for (const _ of remember) {
      this.now.pending.set(at + record, Kind.self)
      skip()
    }
    if (checkpoint !== undefined) {
      this.now.pending.delete(this.now.checkpoint)
      this.now.checkpoint = at + record
      this.now.pending.set(at + record, Kind.checkpoint)
    }
    this.records.push(frame)
    return 'done'
  }

  acknowledge(lsns: readonly number[]): number {
    let count = 0
    for (const lsn of lsns) {
      if (this.now.pending.get(lsn) !== Kind.out) continue
      if (this.acknowledged.has(lsn)) continue
      this.acknowledged.add(lsn)
      count++
    }
    return count
  }

  /** What a snapshot leaves out. */
  forget(producers_before_s: number, keys_before_s: number): void {
    const { now } = this
    now.forgotten_before_s = Math.max(now.forgotten_before_s, producers_before_s)
    now.keys = now.keys.filter(({ time_s }) => time_s >= keys_before_s)
    for (const [name, { table, used_s = 0 }] of now.next) {
      if (table === 0 && used_s !== 0 && used_s < now.forgotten_before_s) now.next.delete(name)
    }
  }

  /** The snapshot's bytes come from a core: the order of its entries after a recovery is the core's own affair. */
  snapshot(records: Uint8Array): void {
    this.now.snapshot = this.tail
    this.records.push(records)
  }

  seal(): Uint8Array {
    if (this.records.length === 0) return new Uint8Array(0)
    const from = this.sealed
    const bytes = segment(from, ...this.records)
    this.segments.push({ from, bytes })
    this.records = []
    this.known.set(this.end, copy(this.now))
    this.heads.set(this.end, this.head)
    return bytes
  }

  get head(): number {
    const limit = Math.min(...this.pending.keys(), this.now.snapshot < 0 ? this.start : this.now.snapshot)
    const starts = [this.start, ...this.segments.map(({ from }) => from), this.sealed]
    return Math.max(...starts.filter((from) => from <= limit))
  }

  /** Ends of segments that may still be undone, the newest that may not first. */
  get boundaries(): number[] {
    return [...this.known.keys()].filter((end) => end >= this.committed && end <= this.sealed)
  }

  /** What was sealed up to `end` can't be undone any more: the head that was found at its seal may be applied now. */
  commit(end: number): number {
    this.committed = end
    this.start = this.heads.get(end) ?? this.start
    this.segments = this.segments.filter(({ from }) => from >= this.start)
    return this.start
  }

  rewind(to: number): void {
    this.segments = this.segments.filter(({ from }) => from < to)
    this.records = []
    this.now = copy(this.known.get(to) ?? this.now)
    for (const lsn of this.acknowledged) if (lsn >= to) this.acknowledged.delete(lsn)
    for (const end of this.known.keys()) if (end > to) this.known.delete(end)
  }

  /** A restart: what was not sealed is gone, and who has acknowledged what is forgotten. */
  restart(): Uint8Array {
    const boundary = this.known.get(this.sealed)
    if (boundary !== undefined) this.now = copy(boundary)
    this.records = []
    this.acknowledged.clear()
    // They were found with what was acknowledged then.
    this.heads.clear()
    this.heads.set(this.sealed, this.head)
    return join(this.segments.map(({ bytes }) => bytes))
  }

  log(): Uint8Array {
    const open = this.records.length === 0 ? [] : [segment(this.sealed, ...this.records).fill(0, 16, 24)]
    return join([...this.segments.map(({ bytes }) => bytes), ...open])
  }
}

function copy(known: Known): Known {
  return { ...known, pending: new Map(known.pending), next: new Map(known.next) }
}

function bytesOf(parts: readonly Uint8Array[]): number {
  return parts.reduce((sum, part) => sum + part.length, 0)
}
