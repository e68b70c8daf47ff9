import { env, runInDurableObject } from 'cloudflare:test'
import { durableObject } from '../../runtime-ts/src/storage/durable-object.ts'
import { conformance } from './conformance.ts'
import type { Place } from './place.ts'

let count = 0
conformance('Durable Object', { splits: true }, (body) =>
  runInDurableObject(env.SHELF.getByName(`conformance ${count++}`), async (_, { storage }) => {
    const keyOf = (number: number) => `darq/${String(number).padStart(16, '0')}`
    const place: Place = {
      storage: () => durableObject(storage),
      numbers: async () => [...(await storage.list()).keys()].map((key) => Number(key.slice('darq/'.length))),
      async peek(number) {
        const value = await storage.get(keyOf(number))
        return value instanceof Uint8Array ? value.slice() : undefined
      },
      async poke(number, value) {
        if (value === undefined) await storage.delete([keyOf(number)], { allowUnconfirmed: true })
        else await storage.put(keyOf(number), value, { allowUnconfirmed: true })
      },
      wipe: () => storage.deleteAll(),
    }
    await body(place)
  }),
)
