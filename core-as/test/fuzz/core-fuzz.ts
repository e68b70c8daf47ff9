/**
 * Hostile frames, steps and segments, for both cores: each must answer what FORMAT.md asks for (oracle.ts), and what it
 * refuses must leave no trace.
 *
 * @module
 */
import { type Core, type CoreLimits, type CoreMaker, Kind, type Lsn } from '../../src/core.ts'
import { type Batch, batch, put, type StepParts, step, stepFrame } from '../frames.ts'
import { sign } from '../segments.ts'
import { CANARY_BYTES, checkBehind, checkImage, imageOf, set } from './canaries.ts'
import { must, mutate, type Next, randomBytes } from './hostile-bytes.ts'
import { loadAnswer, readIn, readStep } from './oracle.ts'

const limits: CoreLimits = {
  log_bytes_max: 1 << 20,
  message_bytes_max: 100,
  producers_max: 1000,
  keys_max: 4,
  hash_key: Uint8Array.from({ length: 16 }, (_, nth) => nth * 13),
}
/** The snapshot in the first segment forgets producers that were born before this second. */
const forgotten_before_s = 3
const outs = 1 << Kind.out
const encoder = new TextEncoder()

export class CoreFuzz {
  /** The input of this round, for a report. */
  input: Uint8Array = new Uint8Array(0)
  readonly counts: Map<string, number>
  readonly #next: Next
  readonly #makers: readonly [CoreMaker, CoreMaker]
  readonly #first: Uint8Array
  readonly #second: Uint8Array
  #wasm: Core
  #twin: Core

  constructor(next: Next, makers: readonly [wasm: CoreMaker, twin: CoreMaker], counts: Map<string, number>) {
    this.#next = next
    this.#makers = makers
    this.counts = counts
    const [first, second] = segments(makers[1](limits))
    this.#first = first
    this.#second = second
    this.#wasm = makers[0](limits)
    this.#twin = makers[1](limits)
    this.#restart()
  }

  round(): void {
    const kind = this.#next(5)
    if (kind < 2) this.#frame()
    else if (kind < 4) this.#step()
    else this.#segment()
  }

  #restart(): void {
    this.#wasm = this.#makers[0](limits)
    this.#twin = this.#makers[1](limits)
    for (const core of [this.#wasm, this.#twin]) must(core.load(this.#first) === 'ok', 'the first segment is refused')
  }

  #frame(): void {
    const next = this.#next
    const bytes = this.#mutated(batch(this.#batch()))
    const expected = (): string => {
      const record = readIn(bytes, 0, bytes.length, false)
      if (record?.end !== bytes.length) return 'bad_frame'
      const sequence = record.id.length === 0 || record.flags === 1 ? 0 : this.#twin.expected(record.id)
      if (record.payload_bytes_max > limits.message_bytes_max) return 'too_large'
      // Who is known has sent something.
      if (record.flags === 2 && sequence === 1 && record.birth_s < forgotten_before_s) return 'expired'
      return record.first > sequence ? 'gap' : 'accepted'
    }
    const short = next(64) === 0
    this.#give('frame', bytes, short, short ? 'full' : expected(), (core) => core.ingest(bytes.length).status)
  }

  #batch(): Batch {
    const next = this.#next
    const producer = ['ann', 'bo', 'x'.repeat(next(40) + 1), 'born'][next(4)] ?? 'ann'
    const first = Math.max(1, this.#twin.expected(encoder.encode(producer)) - next(3))
    const messages = Array.from({ length: 1 + next(4) }, () => 'm'.repeat(next(8) === 0 ? next(130) : next(20)))
    switch (next(8)) {
      case 0:
        return { messages }
      case 1:
        return { key: `key ${next(8)}`, time_s: next(20), messages: ['for a key'] }
      case 2:
        return { producer, first, birth_s: next(10), time_s: next(20), messages }
      default:
        return { producer, first, messages }
    }
  }

  #step(): void {
    const next = this.#next
    const at = this.#twin.reserved
    const pending = [...this.#twin.lsns.subarray(0, this.#twin.pending(this.#twin.start, ~outs))]
    const bytes = this.#mutated(stepFrame(at, this.#parts(pending)))
    const expected = (): string => {
      const record = readStep(bytes, 0, bytes.length, false)
      if (record?.end !== bytes.length) return 'bad_frame'
      if (record.consumed.length === 0) return 'empty'
      if (record.payload_bytes_max > limits.message_bytes_max) return 'too_large'
      const lsns = record.consumed.map((distance) => at + record.completion - distance)
      const fine = new Set(lsns).size === lsns.length && lsns.every((lsn) => pending.includes(lsn))
      return fine ? 'done' : 'not_pending'
    }
    const short = next(64) === 0
    this.#give('step', bytes, short, short ? 'full' : expected(), (core) => core.step(bytes.length))
  }

  #parts(pending: readonly number[]): StepParts {
    const next = this.#next
    const some = <Item>(below: number, make: () => Item) => Array.from({ length: next(below) }, make)
    return {
      consume: some(4, () => pending[next(Math.max(1, pending.length))] ?? 8),
      send: some(3, () => (next(2) === 0 ? { to: `to ${next(6)}` } : { to: 'eve', due_ms: next(9) })),
      remember: some(3, () => 'r'.repeat(next(8) === 0 ? next(130) : next(20))),
      ...(next(3) === 0 ? { checkpoint: 'c'.repeat(next(20)) } : {}),
    }
  }

  /** Gives both a frame, into a place that is too `short` for it or not. */
  #give(what: string, bytes: Uint8Array, short: boolean, expected: string, take: (core: Core) => string): void {
    this.input = bytes
    const before = this.#twin.digest()
    const refused = expected !== 'accepted' && expected !== 'done'
    for (const core of [this.#wasm, this.#twin]) {
      core.reserve(bytes.length + CANARY_BYTES)
      const at = core.reserve(bytes.length - (short ? 8 : 0))
      const lsn = core.reserved
      set(core, at, bytes)
      const image = core === this.#wasm && refused ? imageOf(core) : undefined
      const answer = take(core)
      must(answer === expected, `${what}: expected ${expected}, got ${answer}`)
      checkBehind(core, lsn, bytes.length)
      if (checkImage(core, image, at, bytes.length)) this.#count('whole memory compared')
      if (refused) must(core.digest() === before, `${what}: refused with ${answer}, and changed`)
    }
    must(this.#wasm.digest() === this.#twin.digest(), `${what}: the cores differ after ${expected}`)
    this.#count(`${what} ${expected}`)
    if (this.#twin.end > 6000) this.#restart()
  }

  #segment(): void {
    const next = this.#next
    for (const core of [this.#wasm, this.#twin]) core.seal()
    const { end } = this.#twin
    const bytes = this.#mutated(this.#second)
    // Most are placed where the log ends, and signed: what the checksum covers has to be looked at too.
    if (bytes.length >= 32 && next(8) !== 0) place(bytes, end)
    if (next(32) === 0) bytes[5] = next(256) // the format version
    if (bytes.length >= 32 && next(8) !== 0) sign(bytes)
    this.input = bytes
    const expected = loadAnswer(bytes, end)
    const before = this.#twin.digest()
    for (const core of [this.#wasm, this.#twin]) {
      core.reserve(bytes.length + CANARY_BYTES)
      const at = core.at(end)
      set(core, at, bytes)
      const image = core === this.#wasm && expected !== 'ok' ? imageOf(core) : undefined
      const answer = core.load(bytes)
      must(answer === expected, `segment: expected ${expected}, got ${answer}`)
      checkBehind(core, end, bytes.length)
      if (checkImage(core, image, at, bytes.length)) this.#count('whole memory compared')
      if (expected !== 'ok') must(core.digest() === before, `segment: refused with ${answer}, and changed`)
    }
    this.#count(`segment ${expected}`)
    if (expected === 'ok') this.#goOn()
  }

  /** What was taken must be good for going on, and for going back. */
  #goOn(): void {
    const [left, right] = [this.#wasm, this.#twin].map((core) => {
      const { end } = core
      must(core.snapshot({ keys_before_ms: 6000 }) === 'done', 'segment: no snapshot after it')
      core.seal()
      const after = core.digest()
      must(core.rewind(end) === 'done', 'segment: no way back to it')
      core.truncate(core.head)
      return [after, core.digest()]
    })
    must(left?.[0] === right?.[0] && left?.[1] === right?.[1], 'segment: the cores differ after it')
    this.#restart()
  }

  #mutated(good: Uint8Array): Uint8Array {
    const how = this.#next(16)
    return how === 0 ? randomBytes(this.#next) : how < 3 ? good.slice() : mutate(good, this.#next)
  }

  #count(what: string): void {
    this.counts.set(what, (this.counts.get(what) ?? 0) + 1)
  }
}

/** A segment to start from, and one that follows it: all kinds of record are in them. */
function segments(core: Core): readonly [Uint8Array, Uint8Array] {
  const seal = () => core.seal()?.bytes.slice() ?? new Uint8Array(0)
  const take = (what: Batch) => {
    const frame = batch(what)
    must(put(core, frame) && core.ingest(frame.length).status === 'accepted', 'a right batch is refused')
  }
  const consuming = (kind: Kind, parts: Omit<StepParts, 'consume'>) => {
    core.pending(core.start, 1 << kind)
    must(step(core, { ...parts, consume: [core.lsns[0] ?? 0] }) === 'done', 'a right step is refused')
  }
  take({ producer: 'ann', messages: ['a', 'bb', 'x'.repeat(50)] })
  take({ key: 'a key', time_s: 5, messages: ['k'] })
  consuming(Kind.message, { send: [{ to: 'bob' }], checkpoint: 'c', remember: ['s'] })
  core.snapshot({ producers_before_ms: forgotten_before_s * 1000 })
  const first = seal()
  consuming(Kind.self, { send: [{ to: 'bob' }, { to: 'x', due_ms: 1 }], checkpoint: 'd' })
  take({ producer: 'eve', birth_s: 4, time_s: 6, messages: ['1', '22'] })
  take({ key: 'another key', time_s: 7, messages: ['k'] })
  core.snapshot()
  return [first, seal()]
}

/** Lets a segment say that it stands at `lsn`. */
function place(segment: Uint8Array, lsn: Lsn): void {
  new DataView(segment.buffer, segment.byteOffset).setBigUint64(8, BigInt(lsn), true)
}
