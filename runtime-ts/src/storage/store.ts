/**
 * `Storage` over numbered cells: what every adapter shares.
 *
 * Commits and claims stand under one dense sequence of numbers. Whoever writes adds the next number, and the write counts
 * only if nothing stood there or above it: so of two owners one always loses, whatever either believes. A claim drops the
 * tail by saying so in its own record; the dropped values are deleted later, when they are below the head.
 *
 * @module
 */
import { DarqError } from '../error.ts'
import type { Cells } from './cells.ts'
import { type Chain, type Entry, findChain, readChain } from './chain.ts'
import type { Claimed, Durability, Epoch, LastClaim, Opened, Segment, Storage, Version } from './contract.ts'
import { isGeneration, newGeneration } from './generation.ts'
import { Owner } from './owner.ts'
import { corrupt, decodeRecord, encodeRecord } from './record.ts'

/** How often an opening starts over because another owner wrote meanwhile. */
const OPEN_TRIES_MAX = 5

export interface StorageOptions {
  readonly durability: () => Durability
  readonly connect: () => Promise<Cells>
  /** Names a new store. Default: this platform's clock and random numbers. */
  readonly generation?: () => string
}

export function storageOver({ durability, connect, generation = newGeneration }: StorageOptions): Storage {
  return {
    get durability() {
      return durability()
    },
    async open(): Promise<Opened> {
      const cells = await connect()
      try {
        return await openStore(cells, generation)
      } catch (error) {
        await cells.close()
        throw error
      }
    },
  }
}

async function openStore(cells: Cells, generation: () => string): Promise<OpenedStore> {
  const first = decodeRecord(await cells.first(() => storeRecord(generation())), 0)
  if (first.kind !== 'store') throw corrupt('kind of value 0', 'store', first.kind)
  const name = String.fromCharCode(...first.body.subarray(0, 41))
  if (!isGeneration(name)) throw corrupt('generation', '1 to 40 ASCII characters', name)
  for (let tries = 1; ; tries++) {
    const before = await cells.newest()
    try {
      return new OpenedStore(cells, name, await findChain(cells))
    } catch (error) {
      // What looks like damage may be the work of an owner who clears while we look.
      const after = await cells.newest()
      if (before?.number === after?.number || tries === OPEN_TRIES_MAX) throw error
    }
  }
}

function storeRecord(generation: string): Uint8Array<ArrayBuffer> {
  const body = Uint8Array.from(generation, (character) => character.charCodeAt(0))
  const zero = { part: 0, parts: 1, number: 0, head: 0, cleared: 0, claim: 0, from: 0, epoch: 0, version: 0 }
  return encodeRecord({ kind: 'store', ...zero, wakeAt_ms: undefined, body })
}

class OpenedStore implements Opened {
  readonly generation: string
  readonly last: LastClaim | undefined
  readonly #cells: Cells
  readonly #chain: Chain | undefined
  /** The places of the live commits, once all were read. */
  #entries: readonly Entry[] | undefined
  #isRead = false
  #isClaimed = false

  constructor(cells: Cells, generation: string, chain: Chain | undefined) {
    this.#cells = cells
    this.generation = generation
    this.#chain = chain
    const claim = chain?.claims[0]
    this.last = claim && {
      epoch: claim.epoch as Epoch,
      version: claim.version as Version,
      facts: claim.body.slice(),
    }
  }

  segments(): AsyncGenerator<Segment> {
    if (this.#isRead) throw new DarqError('storage', { retryable: false, message: 'segments are read once' })
    this.#isRead = true
    return this.#read()
  }

  async *#read(): AsyncGenerator<Segment> {
    const entries: Entry[] = []
    try {
      if (this.#chain !== undefined) yield* readChain(this.#cells, this.#chain, (entry) => entries.push(entry))
    } catch (error) {
      const got = await this.#cells.newest()
      const expected = this.#chain?.newest.number ?? 0
      if (got !== undefined && got.number > expected) throw writtenMeanwhile(expected, got.number, error)
      throw error
    }
    this.#entries = entries
  }

  async claim(epoch: Epoch, keep: Version, facts: Uint8Array, tail?: Segment): Promise<Claimed> {
    const expected = this.last?.epoch ?? 0
    if (this.#isClaimed || !(epoch > expected)) {
      throw new DarqError('fenced', { facts: { what: 'epoch', expected: `above ${expected}`, got: epoch } })
    }
    this.#isClaimed = true
    try {
      // The places of the commits are needed, also when nobody wanted their bytes.
      if (this.#entries === undefined) for await (const _ of this.#read());
      return await Owner.claim(this.#cells, this.#chain, this.#entries ?? [], { epoch, keep, facts, tail })
    } catch (error) {
      await this.#cells.close()
      throw error
    }
  }

  close(): Promise<void> {
    return this.#cells.close()
  }
}

function writtenMeanwhile(expected: number, got: number, cause: unknown): DarqError {
  return new DarqError('fenced', { cause, facts: { what: 'newest number', expected, got } })
}
