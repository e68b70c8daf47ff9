/**
 * The writing side of a store: a claim, then its commits.
 *
 * @module
 */
import { DarqError } from '../error.ts'
import type { Cell, Cells, Clearing } from './cells.ts'
import type { Chain, Entry } from './chain.ts'
import type { Claimed, Commit, Segment } from './contract.ts'
import { encodeRecord, type StoredRecord } from './record.ts'

/** Dead values are deleted when this many, or this many bytes, have gathered: a deletion costs as much as a commit's value. */
const DEAD_VALUES_MAX = 64
const DEAD_BYTES_MAX = 1024 * 1024

/** What a claim is to write. */
export interface Claim {
  readonly epoch: number
  readonly keep: number
  readonly facts: Uint8Array
  readonly tail: Segment | undefined
}

export class Owner implements Claimed {
  readonly #cells: Cells
  readonly #live: Entry[]
  readonly #epoch: number
  readonly #claim: number
  /** Claims before this one that nobody needs, below `#cleared`. */
  #leftover: readonly number[]
  #newest: number
  /** The head and the cleared mark that the newest durable record names. */
  #head: number
  #durablyCleared: number
  #cleared: number
  #dead_bytes = 0
  #version: number
  #pending: Promise<void> | undefined
  /** Why nothing more is written. */
  #ended: DarqError | undefined

  private constructor(cells: Cells, claim: StoredRecord, live: Entry[], leftover: readonly number[]) {
    this.#cells = cells
    this.#live = live
    this.#epoch = claim.epoch
    this.#claim = claim.number
    this.#newest = claim.number
    this.#head = claim.head
    this.#durablyCleared = claim.cleared
    this.#cleared = claim.cleared
    this.#version = claim.version
    this.#leftover = leftover
  }

  /** Writes the claim. @throws {DarqError} `fenced` when the store was written to since `chain` was read */
  static async claim(
    cells: Cells,
    chain: Chain | undefined,
    entries: readonly Entry[],
    { epoch, keep, facts, tail }: Claim,
  ): Promise<Owner> {
    if (tail !== undefined && tail.version <= keep) throw misuse('version of the tail', `above ${keep}`, tail.version)
    const number = (chain?.newest.number ?? 0) + 1
    const kept = entries.filter((entry) => entry.version <= keep)
    const from = entries.find((entry) => entry.version > keep)?.from ?? number
    const newest = kept.at(-1)
    const claim: StoredRecord = {
      kind: 'claim',
      part: 0,
      parts: 1,
      number,
      head: kept[0]?.from ?? number,
      cleared: chain?.newest.cleared ?? 1,
      claim: chain?.claims.find((claim) => claim.number < from)?.number ?? 0,
      from,
      epoch,
      version: newest?.version ?? 0,
      wakeAt_ms: newest === undefined ? chain?.newest.wakeAt_ms : newest.wakeAt_ms,
      body: facts,
    }
    const leftover = (chain?.claims ?? []).map((claim) => claim.number).filter((claim) => claim < cleared(chain))
    const owner = new Owner(cells, claim, kept, leftover)
    const { wakeAt_ms } = claim
    const records = tail === undefined ? [] : owner.#records({ ...tail, wakeAt_ms }, number + 1, claim.head)
    await cells.write({ add: [{ number, value: encodeRecord(claim) }, ...records], clear: undefined, wakeAt_ms })
    if (tail !== undefined) owner.#added({ ...tail, wakeAt_ms }, number + 1, records.length)
    return owner
  }

  #added({ version, bytes, wakeAt_ms }: Omit<Commit, 'keepFrom'>, from: number, records: number): void {
    this.#live.push({ version, from, wakeAt_ms, bytes: bytes.length })
    this.#newest = from + records - 1
    this.#version = version
  }

  commit(commit: Commit): Promise<void> {
    if (this.#ended !== undefined) return Promise.reject(this.#ended)
    if (this.#pending !== undefined) return Promise.reject(misuse('commits in flight', 'none', 'one'))
    if (!(commit.version > this.#version)) {
      return Promise.reject(misuse('version', `above ${this.#version}`, commit.version))
    }
    const pending = this.#write(commit).finally(() => {
      this.#pending = undefined
    })
    this.#pending = pending
    return pending
  }

  async #write(commit: Commit): Promise<void> {
    const from = this.#newest + 1
    this.#bury(commit.keepFrom)
    this.#live.push({ version: commit.version, from, wakeAt_ms: commit.wakeAt_ms, bytes: commit.bytes.length })
    const head = this.#live[0]?.from ?? from
    const clear = this.#clear(head)
    const add = this.#records(commit, from, head)
    try {
      await this.#cells.write({ add, clear, wakeAt_ms: commit.wakeAt_ms })
    } catch (error) {
      // Whether it was written is unknown, so nothing that is remembered here can be relied on.
      this.#ended = error instanceof DarqError ? error : new DarqError('storage', { cause: error })
      if (this.#ended.code === 'quota') await this.#makeRoom()
      throw this.#ended
    }
    this.#head = head
    this.#durablyCleared = this.#cleared
    this.#newest = from + add.length - 1
    this.#version = commit.version
  }

  /**
   * Deletes what is dead by the newest durable record, which no owner needs any more: on a full disk a commit that brings its
   * deletions along fails as a whole.
   */
  async #makeRoom(): Promise<void> {
    const to = Math.min(this.#head, this.#durablyCleared + this.#cells.clear_max)
    const dead = { from: this.#durablyCleared, to, keep: this.#claim, more: [] }
    // The caller is told of the full disk; that making room failed too would add nothing.
    if (dead.from < dead.to) await this.#cells.free(dead).catch(() => undefined)
  }

  /** Forgets the commits below `keepFrom`. */
  #bury(keepFrom: number): void {
    let dead = 0
    for (const entry of this.#live) {
      if (entry.version >= keepFrom) break
      this.#dead_bytes += entry.bytes
      dead++
    }
    this.#live.splice(0, dead)
  }

  /** What the next change deletes, once it is worth it. Moves `#cleared`, which the change's own records will say. */
  #clear(head: number): Clearing | undefined {
    const isWorthIt = head - this.#cleared >= DEAD_VALUES_MAX || this.#dead_bytes >= DEAD_BYTES_MAX
    if (!isWorthIt && this.#leftover.length === 0) return undefined
    const from = this.#cleared
    const to = isWorthIt ? Math.min(head, from + this.#cells.clear_max) : from
    const more = this.#leftover
    this.#leftover = []
    this.#cleared = to
    if (to === head) this.#dead_bytes = 0
    return { from, to, keep: this.#claim, more }
  }

  #records(commit: Omit<Commit, 'keepFrom'>, from: number, head: number): Cell[] {
    const part_bytes = this.#cells.part_bytes_max
    const parts = Math.max(1, Math.ceil(commit.bytes.length / part_bytes))
    const fields = { head, cleared: this.#cleared, claim: this.#claim, from, parts, epoch: this.#epoch }
    const { version, wakeAt_ms } = commit
    return Array.from({ length: parts }, (_, part) => {
      const number = from + part
      const body = commit.bytes.subarray(part * part_bytes, (part + 1) * part_bytes)
      return { number, value: encodeRecord({ kind: 'commit', part, number, ...fields, version, wakeAt_ms, body }) }
    })
  }

  async close(): Promise<void> {
    this.#ended ??= new DarqError('closed', { message: 'the storage was closed by its owner' })
    await this.#pending?.catch(() => undefined)
    await this.#cells.close()
  }
}

function cleared(chain: Chain | undefined): number {
  return chain?.newest.cleared ?? 1
}

function misuse(what: string, expected: string, got: string | number): DarqError {
  return new DarqError('storage', { retryable: false, facts: { what, expected, got } })
}
