/**
 * The numbered values of one Durable Object, and its alarm: what all connections in one instance of the object share.
 *
 * @module
 */
import { DarqError } from '../error.ts'
import type { Change, Clearing } from './cells.ts'
import { decodeRecord } from './record.ts'

interface Unconfirmed {
  readonly allowUnconfirmed: true
}

/** What is needed of a `DurableObjectStorage`. */
export interface ObjectStorage {
  get(key: string): Promise<unknown>
  list(options: { start: string; end: string; limit: number; reverse?: boolean }): Promise<Map<string, unknown>>
  put(key: string, value: Uint8Array, options: Unconfirmed): Promise<void>
  delete(keys: string[], options: Unconfirmed): Promise<number>
  getAlarm(): Promise<number | null>
  setAlarm(at_ms: number, options: Unconfirmed): Promise<void>
  sync(): Promise<void>
}

const unconfirmed: Unconfirmed = { allowUnconfirmed: true }
const PREFIX = 'darq/'
/** 2^53 has 16 digits. */
const DIGITS = 16
const DELETE_KEYS_MAX = 128
const GUARD_MAX_MS = 60_000

const shelves = new WeakMap<ObjectStorage, Shelf>()

export class Shelf {
  readonly #storage: ObjectStorage
  /** Whoever wrote last; while that doesn't change, nobody else can have written. */
  #owner: unknown
  #opening: Promise<unknown> | undefined
  /** Counts writes, so that a check which had to wait knows whether it still holds. */
  #writes = 0
  /** What is set, as far as we know. */
  #alarm_ms: number | undefined
  /** What the newest change asked for, once there was one. */
  #wanted: { readonly wakeAt_ms: number | undefined } | undefined
  #rearms = 0

  private constructor(storage: ObjectStorage) {
    this.#storage = storage
  }

  /** One per storage object, that is, per instance of the Durable Object. */
  static of(storage: ObjectStorage): Shelf {
    const shelf = shelves.get(storage) ?? new Shelf(storage)
    shelves.set(storage, shelf)
    return shelf
  }

  /** Value 0, minted by the first who asks; whoever asks meanwhile gets the same. */
  first(mint: () => Uint8Array<ArrayBuffer>): Promise<unknown> {
    this.#opening ??= this.#first(mint).finally(() => {
      this.#opening = undefined
    })
    return this.#opening
  }

  async #first(mint: () => Uint8Array<ArrayBuffer>): Promise<unknown> {
    const found = await this.get(0)
    if (found !== undefined) return found
    await Promise.all([this.#storage.put(keyOf(0), mint(), unconfirmed), this.#storage.sync()])
    return this.get(0)
  }

  get(number: number): Promise<unknown> {
    return this.#storage.get(keyOf(number))
  }

  async newest(): Promise<{ readonly number: number; readonly value: unknown } | undefined> {
    const found = await this.#storage.list({ start: PREFIX, end: END, limit: 1, reverse: true })
    const [entry] = found
    return entry && { number: Number(entry[0].slice(PREFIX.length)), value: entry[1] }
  }

  async read(from: number, to: number): Promise<readonly unknown[]> {
    const found = await this.#storage.list({ start: keyOf(from), end: keyOf(to), limit: to - from })
    return [...found.values()]
  }

  /**
   * Writes a change. Who has not written last is checked first, and not a microtask passes between that and the write.
   *
   * @returns when the calls were taken, which is not when they are durable
   * @throws {DarqError} `fenced` when the store has the first number of `add`, or more
   */
  async write(owner: unknown, change: Change, guard_ms: number): Promise<void> {
    while (this.#owner !== owner) {
      const writes = this.#writes
      const [newest, alarm_ms] = await Promise.all([this.newest(), this.#storage.getAlarm()])
      if (writes !== this.#writes) continue
      const expected = (change.add[0]?.number ?? 0) - 1
      const got = newest?.number ?? 0
      if (got > expected) throw new DarqError('fenced', { facts: { what: 'newest number', expected, got } })
      this.#owner = owner
      this.#alarm_ms = alarm_ms ?? undefined
    }
    await this.#put(change, guard_ms)
  }

  /** Makes all of a change's calls in this tick, which makes them one transaction. */
  #put({ add, clear, wakeAt_ms }: Change, guard_ms: number): Promise<unknown> {
    this.#writes++
    this.#rearms = 0
    this.#wanted = { wakeAt_ms }
    const calls: Promise<unknown>[] = add.map(({ number, value }) =>
      this.#storage.put(keyOf(number), value, unconfirmed),
    )
    if (clear !== undefined) calls.push(this.free(clear))
    calls.push(this.#arm(wakeAt_ms, guard_ms))
    return Promise.all(calls)
  }

  free(clear: Clearing): Promise<unknown> {
    const keys = keysOf(clear)
    const calls: Promise<unknown>[] = []
    for (let at = 0; at < keys.length; at += DELETE_KEYS_MAX) {
      calls.push(this.#storage.delete(keys.slice(at, at + DELETE_KEYS_MAX), unconfirmed))
    }
    return Promise.all(calls)
  }

  /** @see DurableObjectStore.rearm */
  async rearm(guard_ms: number): Promise<void> {
    this.#wanted ??= { wakeAt_ms: await this.#storedWake() }
    this.#alarm_ms = (await this.#storage.getAlarm()) ?? undefined
    await this.#arm(this.#wanted.wakeAt_ms, Math.min(guard_ms * 2 ** this.#rearms, GUARD_MAX_MS))
    this.#rearms++
  }

  /**
   * Sets the alarm if it must be earlier, or is none or past: changing it costs a flush of its own. It is never set to less
   * than `guard_ms` from now: the host runs, and would be woken for nothing.
   */
  async #arm(wakeAt_ms: number | undefined, guard_ms: number): Promise<void> {
    if (wakeAt_ms === undefined) return
    const now_ms = Date.now()
    const at_ms = Math.max(wakeAt_ms, now_ms + guard_ms)
    const isSet = this.#alarm_ms !== undefined && this.#alarm_ms > now_ms && this.#alarm_ms <= at_ms
    if (isSet) return
    this.#alarm_ms = at_ms
    await this.#storage.setAlarm(at_ms, unconfirmed)
  }

  /** What the newest stored record asks for. */
  async #storedWake(): Promise<number | undefined> {
    const newest = await this.newest()
    if (newest === undefined || newest.number === 0) return undefined
    return decodeRecord(newest.value, newest.number).wakeAt_ms
  }
}

/** Above every key of ours. */
const END = `${PREFIX}:`

function keyOf(number: number): string {
  return PREFIX + String(number).padStart(DIGITS, '0')
}

function keysOf({ from, to, keep, more }: Clearing): string[] {
  const keys = more.map(keyOf)
  for (let number = from; number < to; number++) if (number !== keep) keys.push(keyOf(number))
  return keys
}
