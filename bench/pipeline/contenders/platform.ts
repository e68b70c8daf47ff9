/**
 * The limit of the platform: plain transactions with random bytes, nothing around them.
 *
 * @module
 */
import { message_bytes } from '../load/counter.ts'
import type { Contender } from './contender.ts'

/** A store of values under numbers. */
export interface PlainStore {
  /** One transaction. Resolves when it is on the disk. */
  put(number: number, value: Uint8Array<ArrayBuffer>): Promise<unknown>
  /** How many values there are. */
  count(): Promise<number>
  close(): Promise<void>
}

/** No divisor of the number of blocks: SQLite writes nothing when the same value is put again under its key. */
const samples_count = 15
const block_bytes = 64 * 1024
/** Blocks are written over and over again, so that a long run doesn't fill the disk. */
const blocks_count = 64

/** One transaction a message, each under a key of its own. */
export function messagePutter(store: PlainStore): Contender {
  return putter(store, message_bytes, Number.MAX_SAFE_INTEGER)
}

/** One value of 64 KiB a transaction. */
export function blockPutter(store: PlainStore): Contender {
  return putter(store, block_bytes, blocks_count)
}

function putter(store: PlainStore, value_bytes: number, keys_count: number): Contender {
  const values = Array.from({ length: samples_count }, () => crypto.getRandomValues(new Uint8Array(value_bytes)))
  let sent = 0
  return {
    send() {
      const value = values[sent % samples_count] ?? new Uint8Array(value_bytes)
      const durable = store.put(sent % keys_count, value)
      sent += 1
      return { accepted: () => undefined, durable }
    },
    async settle() {
      const [expected, got] = [Math.min(sent, keys_count), await store.count()]
      if (got !== expected) throw new Error(`${expected} values were put, ${got} are there`)
    },
    close: () => store.close(),
  }
}
