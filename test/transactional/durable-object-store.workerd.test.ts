import { env, runInDurableObject } from 'cloudflare:test'
import type { PlainObjectStorage } from '../../runtime-ts/src/transactional/durable-object-store.ts'
import { durableObjectStore } from '../../runtime-ts/src/transactional/durable-object-store.ts'
import { storeSuite } from './store.ts'

let count = 0

storeSuite((body) =>
  runInDurableObject(env.SHELF.getByName(`transactional ${count++}`), async (_, { storage }) => {
    // The types of the tests know the calls that the engine's adapter makes; these are the platform's as well.
    const plain = storage as unknown as PlainObjectStorage
    await body(() => durableObjectStore(plain))
  }),
)
