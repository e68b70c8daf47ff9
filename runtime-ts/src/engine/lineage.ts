/**
 * A host's lineage: which epoch wrote which versions of its surviving log. A state `(epoch, version)` survives iff the
 * surviving log's version carries that epoch.
 *
 * @module
 */
import { BrokenBytes, ByteReader, ByteWriter } from './byte-codec.ts'
import type { Epoch, Version } from './types.ts'

export interface LineageEntry {
  readonly epoch: Epoch
  /** The first version of that epoch that survived. */
  readonly first: Version
}

/** The horizon: older entries are forgotten. Epochs without a surviving version need none. */
const entries_max = 64

export class Lineage {
  readonly #entries: LineageEntry[]
  /** The newest surviving version when the present epoch began. */
  readonly last: Version

  constructor(entries: readonly LineageEntry[], last: Version) {
    this.#entries = entries.slice(-entries_max)
    this.last = last
  }

  get entries(): readonly LineageEntry[] {
    return this.#entries
  }

  /** @returns the lineage with all versions up to `version`, found in storage, known to be of `epoch`; some may be dropped */
  extended(epoch: Epoch, version: Version): Lineage {
    const newest = this.#entries.at(-1)
    const entries =
      newest?.epoch === epoch ? this.#entries : [...this.#entries, { epoch, first: (this.last + 1) as Version }]
    return new Lineage(entries, version)
  }

  /** @returns the lineage of what is left when only versions up to `keep` survive */
  kept(keep: Version): Lineage {
    return new Lineage(
      this.#entries.filter((entry) => entry.first <= keep),
      keep,
    )
  }

  /**
   * The epoch of a surviving version. `undefined`: it is not among the surviving ones, or older than the horizon
   * ({@link Lineage.forgets} tells which).
   */
  epochOf(version: Version): Epoch | undefined {
    return version > this.last ? undefined : this.#entries.findLast((entry) => entry.first <= version)?.epoch
  }

  /** Is what it says of this epoch's versions unknown, because it is beyond the horizon? */
  forgets(epoch: Epoch): boolean {
    const oldest = this.#entries[0]
    return oldest !== undefined && oldest.first > 1 && epoch < oldest.epoch
  }

  /** The newest surviving version of that epoch; 0 without one. */
  survivedBy(epoch: Epoch): Version {
    const at = this.#entries.findIndex((entry) => entry.epoch === epoch)
    if (at < 0) return 0 as Version
    const next = this.#entries[at + 1]
    return next === undefined ? this.last : ((next.first - 1) as Version)
  }

  write(writer: ByteWriter): void {
    writer.u16(this.#entries.length)
    for (const { epoch, first } of this.#entries) writer.f64(epoch).f64(first)
    writer.f64(this.last)
  }

  encode(): Uint8Array {
    const writer = new ByteWriter()
    this.write(writer)
    return writer.done()
  }

  /** @throws {BrokenBytes} */
  static read(reader: ByteReader): Lineage {
    const count = reader.u16('lineage')
    if (count > entries_max) throw new BrokenBytes(`lineage: ${count} entries, at most ${entries_max}`)
    const entries: LineageEntry[] = []
    for (let i = 0; i < count; i += 1) {
      const epoch = reader.whole('lineage epoch') as Epoch
      const first = reader.whole('lineage version') as Version
      const newest = entries.at(-1)
      if (newest && (newest.epoch >= epoch || newest.first >= first)) throw new BrokenBytes('lineage: out of order')
      entries.push({ epoch, first })
    }
    return new Lineage(entries, reader.whole('lineage end') as Version)
  }

  static decode(bytes: Uint8Array): Lineage {
    return Lineage.read(new ByteReader(bytes))
  }

  static readonly empty = new Lineage([], 0 as Version)
}

/** Epochs are milliseconds times this, with random low bits: two hosts on copies of one storage get different ones. */
const epoch_per_ms = 2048

/** `max(stored + 1, clock)` with random low bits: never used before, not even if the storage was put back to an old state. */
export function nextEpoch(stored: Epoch | undefined, now_ms: number, random: number): Epoch {
  const byClock = Math.floor(now_ms) * epoch_per_ms + Math.floor(random * epoch_per_ms)
  return Math.max((stored ?? 0) + 1, byClock) as Epoch
}
