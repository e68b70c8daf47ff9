/**
 * The one who may write to a store, until somebody else opens it: its transactions, one after the other.
 *
 * @module
 */
import { ownError } from '../crest/wire/failure.ts'
import { encodePlainBytes } from '../crest/wire/plain.ts'
import { DarqError } from '../error.ts'
import type { Epoch } from '../storage/contract.ts'
import { keyOf, listOf } from './row.ts'
import type { OpenStore, Rows } from './store.ts'

const host_row = keyOf('host')
/** What says that the store has failed, not who asked for the transaction. */
const failures: ReadonlySet<string> = new Set(['storage', 'quota', 'closed', 'fenced', 'corrupt'])

export class Owner {
  /** Minted with the store. */
  readonly generation: string
  /** 1, 2, 3, …: one for each time that the store was opened. */
  readonly epoch: Epoch
  readonly counts = { commits: 0, committed_bytes: 0 }
  readonly #store: OpenStore
  readonly #failed: (error: DarqError) => void
  /** The transaction that was asked for last. */
  #last: Promise<unknown> = Promise.resolve()
  #over: DarqError | undefined

  private constructor(store: OpenStore, generation: string, epoch: Epoch, failed: (error: DarqError) => void) {
    this.#store = store
    this.generation = generation
    this.epoch = epoch
    this.#failed = failed
  }

  /**
   * Takes the store over: an older owner's transactions fail from here on.
   *
   * @param minted the generation of a store that has none yet
   * @param failed is called when the store fails
   */
  static async claim(store: OpenStore, minted: string, failed: (error: DarqError) => void): Promise<Owner> {
    return store.transaction(async (rows) => {
      const [generation, last] = await readHost(rows)
      const epoch = (last + 1) as Epoch
      rows.put(host_row, encodePlainBytes([generation ?? minted, epoch]))
      return new Owner(store, generation ?? minted, epoch, failed)
    })
  }

  /**
   * One transaction, after all that were asked for before. `committed` is called before the next begins.
   *
   * @throws {DarqError} what `run` throws: nothing happened; `unavailable` when the store has failed or was closed
   */
  transaction<T>(run: (rows: Rows) => Promise<T>, committed?: (result: T) => void): Promise<T> {
    const result = this.#last.then(() => this.#transaction(run, committed))
    this.#last = result.catch(() => {}) // whoever has asked for it is told
    return result
  }

  async #transaction<T>(run: (rows: Rows) => Promise<T>, committed?: (result: T) => void): Promise<T> {
    if (this.#over !== undefined) throw this.#over
    try {
      const result = await this.#store.transaction(async (rows) => {
        const [, got] = await readHost(rows)
        if (got !== this.epoch) throw new DarqError('fenced', { facts: { what: 'epoch', expected: this.epoch, got } })
        return run(this.#counted(rows))
      })
      this.counts.commits += 1
      committed?.(result)
      return result
    } catch (thrown) {
      const error = ownError(thrown)
      if (!failures.has(error.code)) throw thrown
      this.#over = lost(error)
      this.#failed(error)
      throw this.#over
    }
  }

  #counted(rows: Rows): Rows {
    return {
      get: (key) => rows.get(key),
      list: (prefix) => rows.list(prefix),
      put: (key, value) => {
        this.counts.committed_bytes += key.length + value.length
        rows.put(key, value)
      },
      delete: (key) => rows.delete(key),
    }
  }

  /** Lets the store go when the transactions that were asked for are over. */
  async close(): Promise<void> {
    await this.#last
    this.#over ??= lost(undefined)
    await this.#store.close()
  }
}

/** What those who wait hear: it is worth trying again, with whoever owns the store next. */
export function lost(cause: DarqError | undefined): DarqError {
  const message = `the host has stopped: ${cause?.message ?? 'closed'}`
  return new DarqError('unavailable', { ...(cause && { cause }), message })
}

async function readHost(rows: Rows): Promise<readonly [generation: string | undefined, epoch: number]> {
  const row = await rows.get(host_row)
  if (row === undefined) return [undefined, 0]
  const [generation, epoch] = listOf(row)
  if (typeof generation === 'string' && typeof epoch === 'number') return [generation, epoch]
  throw new DarqError('corrupt', { facts: { expected: 'a generation and an epoch' } })
}
