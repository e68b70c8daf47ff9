/**
 * Makes a Durable Object's disk as slow as one that is far away. A local one takes a fraction of a millisecond, too little to
 * see that anything is pending.
 *
 * @module
 */
/** What a `DurableObjectStorage` is asked to write. */
interface Writes {
  put(key: string, value: unknown, options?: object): Promise<void>
  delete(keys: string[], options?: object): Promise<number>
  sync(): Promise<void>
}

/**
 * What is put while it is slow reaches the disk late, all of a flush at once; if the object is killed before, it is lost. What
 * is read is what the disk has: the engine reads nothing that it has written in the same life.
 */
export class SlowDisk {
  /** How long a flush takes more than it must. */
  latency_ms = 0
  /** The way past it. */
  readonly fast: Writes
  /** Writes that have not reached the disk, in order. */
  #waiting: (() => Promise<unknown>)[] = []

  /** From now on, what is written to `storage` goes through the slow disk. */
  constructor(storage: Writes) {
    const put = storage.put.bind(storage)
    const remove = storage.delete.bind(storage)
    const sync = storage.sync.bind(storage)
    this.fast = { put, delete: remove, sync }
    const slow: Writes = {
      put: async (key, value, options) => {
        await this.#write(() => put(key, value, options))
      },
      delete: async (keys, options) => {
        await this.#write(() => remove(keys, options))
        return keys.length
      },
      sync: () => this.#sync(sync),
    }
    for (const [name, value] of Object.entries(slow)) Object.defineProperty(storage, name, { value })
  }

  async #write(write: () => Promise<unknown>): Promise<void> {
    if (this.latency_ms === 0 && this.#waiting.length === 0) await write()
    else this.#waiting.push(write)
  }

  async #sync(sync: () => Promise<void>): Promise<void> {
    if (this.#waiting.length > 0) {
      await new Promise((resolve) => setTimeout(resolve, this.latency_ms))
      const waiting = this.#waiting
      this.#waiting = []
      // In one tick, which makes them one transaction.
      await Promise.all(waiting.map((write) => write()))
    }
    await sync()
  }
}
