/**
 * A store that lives as long as the object, and crashes when it is told to: for the oracle.
 *
 * @module
 */
import { DarqError } from '../error.ts'
import type { OpenStore, Row, Rows, Store } from './store.ts'

/** When a crash comes: the commit is lost, or it is there and nobody hears of it. */
export type Crash = 'before commit' | 'after commit'

export interface MemoryStoreOptions {
  /** Asked at each transaction that writes: 1, 2, 3, … since the store was made. A crash ends all connections. */
  readonly crash?: (commit: number) => Crash | undefined
}

export class MemoryStore implements Store {
  readonly durability = 'memory'
  readonly #rows = new Map<string, Uint8Array>()
  readonly #crash: (commit: number) => Crash | undefined
  #commits = 0
  #life = 0

  constructor({ crash = () => undefined }: MemoryStoreOptions = {}) {
    this.#crash = crash
  }

  /** What is stored, as another process would find it. */
  get rows(): ReadonlyMap<string, Uint8Array> {
    return this.#rows
  }
  get commits(): number {
    return this.#commits
  }

  /** Ends all connections, now: what they have not committed is gone. */
  crash(): void {
    this.#life += 1
  }

  async open(): Promise<OpenStore> {
    let life = this.#life
    const assertAlive = (): void => {
      if (life !== this.#life) throw new DarqError('storage', { message: 'the connection is gone' })
    }
    return {
      transaction: async (run) => {
        assertAlive()
        const writes = new Map<string, Uint8Array | undefined>()
        const result = await run(this.#view(writes, assertAlive))
        // A commit takes a turn of its own, so that a crash can come in between.
        await Promise.resolve()
        assertAlive()
        if (writes.size > 0) this.#commit(writes)
        assertAlive()
        return result
      },
      close: async () => {
        life = -1
      },
    }
  }

  #view(writes: Map<string, Uint8Array | undefined>, assertAlive: () => void): Rows {
    const assertReading = (): void => {
      assertAlive()
      if (writes.size > 0) throw new Error('all reads come before the first write')
    }
    return {
      get: async (key) => {
        assertReading()
        return this.#rows.get(key)
      },
      list: async (prefix) => {
        assertReading()
        const found: Row[] = [...this.#rows].filter(([key]) => key.startsWith(prefix))
        return found.sort(([a], [b]) => (a < b ? -1 : 1))
      },
      put: (key, value) => void writes.set(key, value),
      delete: (key) => void writes.set(key, undefined),
    }
  }

  #commit(writes: ReadonlyMap<string, Uint8Array | undefined>): void {
    this.#commits += 1
    const crash = this.#crash(this.#commits)
    if (crash !== undefined) this.crash()
    if (crash === 'before commit') return
    for (const [key, value] of writes) {
      if (value === undefined) this.#rows.delete(key)
      else this.#rows.set(key, value)
    }
  }
}
