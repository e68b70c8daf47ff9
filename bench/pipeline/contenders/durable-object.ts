/**
 * The contenders over a Durable Object's storage.
 *
 * @module
 */
import { durableObject, type ObjectStorage } from '@darq/runtime/durable-object'
import { durableObjectStore, type PlainObjectStorage } from '../../../runtime-ts/src/transactional/index.ts'
import { openBytes } from './bytes.ts'
import type { Contender, ContenderName, Meter } from './contender.ts'
import { openDarq, openPlain } from './hosts.ts'
import { blockPutter, messagePutter, type PlainStore } from './platform.ts'

/** What the contenders use of a `DurableObjectStorage`. */
export type BenchStorage = ObjectStorage & PlainObjectStorage

/** @param storage of an object that nobody has used */
export async function openOverObject(
  contender: ContenderName,
  storage: BenchStorage,
  meter: Meter,
): Promise<Contender> {
  switch (contender) {
    case 'darq-bytes':
      return openBytes(durableObject(meteredEngineStorage(storage, meter)))
    case 'darq':
      return openDarq(durableObject(meteredEngineStorage(storage, meter)))
    case 'darq-one-client':
      return openDarq(durableObject(meteredEngineStorage(storage, meter)), true)
    case 'transactional':
      return openPlain(durableObjectStore(meteredPlainStorage(storage, meter)), () => storage.sync())
    case 'platform-message':
      return messagePutter(plainStore(storage, meter))
    case 'platform-64k':
      return blockPutter(plainStore(storage, meter))
  }
}

/**
 * Writes of one tick would be one transaction: so that there is one for each message, one begins when the one before is on
 * the disk.
 */
function plainStore(storage: BenchStorage, meter: Meter): PlainStore {
  let last: Promise<unknown> = Promise.resolve()
  return {
    put(number, value) {
      last = last.then(async () => {
        const key = `value/${number}`
        meter.bytes += key.length + value.length
        await storage.put({ [key]: value })
        await storage.sync()
      })
      return last
    },
    count: async () => (await storage.list({ prefix: 'value/' })).size,
    close: async () => {},
  }
}

function meteredEngineStorage(storage: BenchStorage, meter: Meter): ObjectStorage {
  return {
    get: (key) => storage.get(key),
    list: (options) => storage.list(options),
    put(key, value, options) {
      meter.bytes += key.length + value.length
      return storage.put(key, value, options)
    },
    delete: (keys, options) => storage.delete(keys, options),
    getAlarm: () => storage.getAlarm(),
    setAlarm: (at_ms, options) => storage.setAlarm(at_ms, options),
    sync: () => storage.sync(),
  }
}

function meteredPlainStorage(storage: BenchStorage, meter: Meter): PlainObjectStorage {
  return {
    get: (key) => storage.get(key),
    list: (options) => storage.list(options),
    put(entries) {
      for (const [key, value] of Object.entries(entries)) meter.bytes += key.length + value.length
      return storage.put(entries)
    },
    delete: (keys) => storage.delete(keys),
  }
}
