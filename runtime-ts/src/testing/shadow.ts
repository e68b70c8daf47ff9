/**
 * What a host's logs held, version by version, as it was sealed. What a later life recovers must be the same: a prefix of
 * the history, whole versions of it, with its dedup and its pending messages (G1, G2, G4).
 *
 * @module
 */
import { type Core, Kind, type Lsn } from '@darq/core'
import type { StoredCommit } from '../engine/commit-value.ts'
import type { LiveHost } from '../engine/host.ts'
import type { Epoch, Version } from '../engine/types.ts'

interface SealedVersion {
  readonly version: Version
  readonly epoch: Epoch
  /** A hash of the state of each DARQ that the version touched. */
  readonly states: ReadonlyMap<string, number>
}

/** Ids that a DARQ's log has named: their sequences are part of its state. */
interface Known {
  readonly producers: Ids
  readonly destinations: Ids
}

/** Ids in an order of their own, whichever was named first. */
class Ids {
  readonly #names = new Set<string>()
  #sorted: readonly (readonly [name: string, bytes: Uint8Array])[] = []

  add(bytes: Uint8Array): void {
    const name = decoder.decode(bytes)
    if (this.#names.has(name)) return
    this.#names.add(name)
    this.#sorted = [...this.#sorted, [name, bytes.slice()] as const].sort(([a], [b]) => (a < b ? -1 : 1))
  }

  *[Symbol.iterator](): Iterator<Uint8Array> {
    for (const [, bytes] of this.#sorted) yield bytes
  }
}

const decoder = new TextDecoder()
const kinds = (1 << Kind.message) | (1 << Kind.self) | (1 << Kind.checkpoint) | (1 << Kind.timer)

export class Shadow {
  #sealed: SealedVersion[] = []
  readonly #known = new Map<string, Known>()

  /** A commit is on its way to the store: the cores are as they were sealed. */
  committing(host: LiveHost, { versions, epoch }: StoredCommit): void {
    const version = versions.at(-1)?.version
    if (version === undefined) return
    const states = new Map<string, number>()
    for (const { name, bytes } of versions.flatMap(({ parts }) => parts)) {
      const known = this.#knownOf(name)
      note(known, bytes)
      const core = host.existing(name)?.core
      if (core) states.set(name, stateOf(core, known))
    }
    this.#sealed.push({ version, epoch, states })
  }

  #knownOf(name: string): Known {
    let known = this.#known.get(name)
    if (!known) {
      known = { producers: new Ids(), destinations: new Ids() }
      this.#known.set(name, known)
    }
    return known
  }

  /** @returns what is wrong with a host that was just recovered; undefined when nothing is */
  recovered(host: LiveHost, epochOf: (version: Version) => Epoch | undefined): string | undefined {
    const last = host.durableVersion
    // Of what was sealed, this survives: the versions up to the last, each in the epoch that the lineage names.
    this.#sealed = this.#sealed.filter(({ version, epoch }) => version <= last && epochOf(version) === epoch)
    // A rollback may end between what was written: there nobody looked when it was sealed.
    if ((this.#sealed.at(-1)?.version ?? 0) !== last) return this.#took(host, epochOf(last))
    const expected = new Map<string, number>()
    for (const { states } of this.#sealed) for (const [name, state] of states) expected.set(name, state)
    for (const [name, state] of expected) {
      const core = host.existing(name)?.core
      if (!core) return `DARQ ${name} is gone after version ${last} was recovered`
      const found = stateOf(core, this.#knownOf(name))
      if (found !== state)
        return `DARQ ${name} is not as it was sealed in version ${last}: ${found} instead of ${state}`
    }
    for (const name of host.names) if (!expected.has(name)) return `DARQ ${name} came from nowhere`
    return undefined
  }

  /** The store went back in time, or away: what was found there is where its history goes on. */
  adopt(host: LiveHost): void {
    this.#sealed = []
    this.#took(host, host.lineage.entries.at(-1)?.epoch)
  }

  #took(host: LiveHost, epoch: Epoch | undefined): undefined {
    const states = new Map<string, number>()
    for (const name of host.names) {
      const core = host.existing(name)?.core
      if (!core) continue
      const known = this.#knownOf(name)
      note(known, core.bytes.subarray(core.at(core.start), core.at(core.start) + core.end - core.start))
      states.set(name, stateOf(core, known))
    }
    if (epoch !== undefined) this.#sealed.push({ version: host.durableVersion, epoch, states })
  }

  /** Was it looked at when this version was written? */
  knows(version: Version): boolean {
    return this.#sealed.some((sealed) => sealed.version === version)
  }
}

/** A hash of what a log holds that is pending, and of the sequences that it has come to. */
function stateOf(core: Core, { producers, destinations }: Known): number {
  let hash = 0
  for (let from = core.start; ; ) {
    const count = core.pending(from, kinds)
    for (let i = 0; i < count; i += 1) {
      const lsn = (core.lsns[i] ?? 0) as Lsn
      hash = withRecord(mixed(hash, lsn), core, core.at(lsn))
      from = (lsn + 8) as Lsn
    }
    if (count < core.lsns_max) break
  }
  // An id that was named later is unknown as yet, and adds nothing.
  for (const id of producers) hash = withSequence(hash, core.expected(id))
  for (const id of destinations) hash = withSequence(hash, core.outgoing(id))
  return hash
}

/** Without its header: a message's says how far its record is, and an open one may still be moved. */
function withRecord(seed: number, { words }: Core, at: number): number {
  let hash = seed
  const bytes = words[at >>> 2] ?? 0
  const end = (at + bytes) >>> 2
  for (let word = (at >>> 2) + 2; word < end; word += 1) hash = mixed(hash, words[word] ?? 0)
  // Behind its last byte there is no record.
  const rest = bytes & 3
  return rest === 0 ? hash : mixed(hash, (words[end] ?? 0) & ((1 << (8 * rest)) - 1))
}

const withSequence = (hash: number, next: number): number => (next > 1 ? mixed(hash, next) : hash)

/** The low half of a number, mixed into a hash: a round of MurmurHash3. */
function mixed(hash: number, number: number): number {
  let mix = Math.imul(number | 0, 0xcc9e2d51)
  mix = Math.imul((mix << 15) | (mix >>> 17), 0x1b873593)
  const turned = hash ^ mix
  return (Math.imul((turned << 13) | (turned >>> 19), 5) + 0xe6546b64) >>> 0
}

/** Notes the ids that sealed bytes name. */
function note({ producers, destinations }: Known, bytes: Uint8Array): void {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  for (let at = 0; at < bytes.length; at += (view.getUint32(at, true) + 7) & ~7) {
    const kind = view.getUint8(at + 4)
    const id_bytes = view.getUint16(at + 6, true)
    if (kind === Kind.in && id_bytes > 0) producers.add(bytes.subarray(at + 40, at + 40 + id_bytes))
    else if (kind === Kind.out) destinations.add(bytes.subarray(at + 16, at + 16 + id_bytes))
  }
}
