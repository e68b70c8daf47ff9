/**
 * What a competent developer writes today: objects in an array, a `Map` for the dedup, the platform's serializer at the
 * commit.
 *
 * Where there was a choice it was made in this contender's favour: a batch arrives as objects that it may keep (nothing is
 * parsed and nothing is copied), repeats are found with one look-up a batch, a message's place is its index in the array,
 * and ids are strings whose hash the engine has already computed.
 *
 * @module
 */
import type { Batch, Contender, Makers } from './contender.ts'
import { type DependencyEntry, IdiomaticDependencies } from './idiomatic-dependencies.ts'
import type { Entry } from './idiomatic-entry.ts'
import type { Serializer } from './serializer.ts'

export function idiomaticMakers(serializer: Serializer): Makers<Batch, string, readonly DependencyEntry[]> {
  return { contender: () => new IdiomaticContender(serializer), dependencies: () => new IdiomaticDependencies() }
}

export class IdiomaticContender implements Contender<Batch, string> {
  readonly #serializer: Serializer
  readonly #expected = new Map<string, number>()
  readonly #outgoing = new Map<string, number>()
  #entries: Entry[] = []
  /** Position of `#entries[0]`. */
  #first = 0
  /** How many of the entries are in earlier commits. */
  #committed = 0
  unconsumed = 0
  readonly copyIn = undefined
  readonly memory_bytes = undefined

  constructor(serializer: Serializer) {
    this.#serializer = serializer
  }

  get payloads(): Uint8Array[] {
    return this.#entries.flatMap((entry) => (entry.kind === 'completion' || !entry.pending ? [] : [entry.payload]))
  }

  arrival(batch: Batch): Batch {
    return batch
  }

  ingest({ producer, payloads }: Batch, first: number): number {
    const expected = this.#expected.get(producer) ?? 1
    if (first > expected) throw new Error(`expected ${expected}, got ${first}`)
    const repeats = expected - first
    if (repeats >= payloads.length) return 0
    let sequence = expected
    for (const payload of repeats === 0 ? payloads : payloads.slice(repeats)) {
      this.#entries.push({ kind: 'in', producer, sequence, payload, pending: true })
      sequence++
    }
    this.#expected.set(producer, sequence)
    this.unconsumed += sequence - expected
    return sequence - expected
  }

  ingestObjects(batch: Batch, first: number): number {
    return this.ingest(batch, first)
  }

  copyBytes(): number {
    return 0
  }

  positions(): number[] {
    return this.#entries.flatMap((entry, index) => (entry.kind === 'in' && entry.pending ? [this.#first + index] : []))
  }

  step(position: number, to: string, sent: Uint8Array<ArrayBuffer>, remembered: Uint8Array<ArrayBuffer>): void {
    const consumed = this.#entries[position - this.#first]
    if (consumed === undefined || consumed.kind === 'completion' || consumed.kind === 'out' || !consumed.pending) {
      throw new Error(`not pending: ${position}`)
    }
    consumed.pending = false
    this.unconsumed--
    const sequence = this.#outgoing.get(to) ?? 1
    this.#outgoing.set(to, sequence + 1)
    this.#entries.push(
      { kind: 'out', to, sequence, payload: sent, pending: true },
      { kind: 'self', payload: remembered, pending: true },
      { kind: 'completion', consumed: [position] },
    )
    this.unconsumed++
  }

  commit(): Uint8Array<ArrayBuffer> {
    const entries = this.#committed === 0 ? this.#entries : this.#entries.slice(this.#committed)
    this.#committed = this.#entries.length
    return entries.length === 0 ? new Uint8Array(0) : this.#serializer.serialize(entries)
  }

  settle(): void {
    this.#first += this.#entries.length
    this.#entries = []
    this.#committed = 0
    this.unconsumed = 0
  }

  load(commit: Uint8Array<ArrayBuffer>): void {
    for (const entry of this.#serializer.deserialize(commit)) {
      this.#entries.push(entry)
      if (entry.kind === 'in') {
        this.#expected.set(entry.producer, entry.sequence + 1)
        this.unconsumed++
      } else if (entry.kind === 'out') {
        this.#outgoing.set(entry.to, entry.sequence + 1)
      } else if (entry.kind === 'self') {
        this.unconsumed++
      } else {
        for (const position of entry.consumed) this.#consume(position)
      }
    }
    this.#committed = this.#entries.length
  }

  key(producer: string): string {
    return producer
  }

  expected(producer: string): number {
    return this.#expected.get(producer) ?? 1
  }

  #consume(position: number): void {
    const entry = this.#entries[position - this.#first]
    if (entry === undefined || entry.kind === 'completion' || !entry.pending) return
    entry.pending = false
    this.unconsumed--
  }
}
