/**
 * How a commit is written to IndexedDB. Holds in every browser.
 *
 * @module
 */
import { afterEach, describe, expect, it, vi } from 'vitest'
import { indexedDB } from '../../runtime-ts/src/storage/indexed-db.ts'
import { databasePlace } from './indexed-db-place.ts'
import { newName } from './names.ts'
import { codeOf, commit, contents, noise, own, version } from './place.ts'
import { abortSilently, watchTransactions } from './transactions.ts'

export function indexedDbWrites({ splits }: { readonly splits: boolean }): void {
  afterEach(() => {
    vi.restoreAllMocks()
  })

  describe('IndexedDB writes', () => {
    it('strictly, in one transaction a commit, committed in the tick in which it was begun', async () => {
      const owner = await own(indexedDB(newName()), 1)
      const seen = watchTransactions()
      const committed = vi.spyOn(IDBTransaction.prototype, 'commit')
      const pending = owner.commit(commit(1, noise(200_000)))
      await vi.waitFor(() => expect(seen.length).toBe(1), { interval: 0 })
      expect(seen[0]?.transaction).toMatchObject({ mode: 'readwrite', durability: 'strict' })
      expect(committed).toHaveBeenCalledTimes(1)
      await pending
      expect(seen.length).toBe(1)
    })

    it('a truncation in the transaction of the commit that it comes with', async () => {
      const name = newName()
      const owner = await own(indexedDB(name), 1)
      for (let at = 1; at <= 63; at++) await owner.commit(commit(at, '', { keepFrom: version(at) }))
      const seen = watchTransactions()
      await owner.commit(commit(64, '', { keepFrom: version(64) }))
      expect(seen.length).toBe(1)
      const place = databasePlace(name, () => indexedDB(name))
      expect((await place.numbers()).length).toBeLessThan(10)
    })

    it('only once the transaction is complete', async () => {
      const owner = await own(indexedDB(newName()), 1)
      const order: string[] = []
      watchTransactions(() => order.push('complete'))
      await owner.commit(commit(1)).then(() => order.push('resolved'))
      expect(order).toEqual(['complete', 'resolved'])
    })

    it('a commit of 59,000 bytes as one value, whose buffer holds nothing else', async () => {
      const added = vi.spyOn(IDBObjectStore.prototype, 'add')
      const owner = await own(indexedDB(newName()), 1)
      added.mockClear()
      await owner.commit(commit(1, noise(59_000)))
      const values = added.mock.calls.map(([value]: unknown[]) => value)
      expect(values.length).toBe(1)
      // Structured clone copies the whole buffer behind a view.
      for (const value of values) {
        if (!(value instanceof Uint8Array)) throw new Error('expected bytes')
        expect(value.buffer.byteLength).toBe(value.byteLength)
      }
    })

    it(
      splits ? 'a commit of 200,000 bytes as values of at most 60,000' : 'a commit of 200,000 bytes as one value',
      async () => {
        const name = newName()
        const owner = await own(indexedDB(name), 1)
        await owner.commit(commit(1, noise(200_000)))
        const place = databasePlace(name, () => indexedDB(name))
        const values = await Promise.all((await place.numbers()).slice(2).map((number) => place.peek(number)))
        expect(values.length).toBe(splits ? 4 : 1)
        if (splits) expect(Math.max(...values.map((value) => value?.length ?? 0))).toBeLessThanOrEqual(60_000)
      },
    )

    it('says `strict` when it asks for strict transactions, and `relaxed` where the browser knows none', () => {
      const storage = indexedDB('unopened')
      expect(storage.durability).toBe('strict')
      const { prototype } = IDBTransaction
      const property = Object.getOwnPropertyDescriptor(prototype, 'durability')
      if (property === undefined) throw new Error('expected a property')
      try {
        Reflect.deleteProperty(prototype, 'durability')
        expect(storage.durability).toBe('relaxed')
      } finally {
        Object.defineProperty(prototype, 'durability', property)
      }
    })
  })

  describe('a transaction that the browser aborts without saying why', () => {
    it('is written again', async () => {
      const name = newName()
      const owner = await own(indexedDB(name), 1)
      abortSilently(2)
      await owner.commit(commit(1))
      expect(await contents(indexedDB(name))).toEqual(['1:v1'])
    })

    it('fails with `storage` in the end while there is room, writes nothing, and ends its owner', async () => {
      const name = newName()
      const owner = await own(indexedDB(name), 1)
      abortSilently(100)
      expect(await codeOf(() => owner.commit(commit(1)))).toBe('storage')
      vi.restoreAllMocks()
      expect(await codeOf(() => owner.commit(commit(2)))).toBe('storage')
      expect(await contents(indexedDB(name))).toEqual([])
    })

    it('fails with `quota` when there is no room for it', async () => {
      const owner = await own(indexedDB(newName()), 1)
      abortSilently(100)
      const estimate = async () => ({ quota: 1_000_000, usage: 990_000 })
      Object.defineProperty(navigator, 'storage', { configurable: true, value: { estimate } })
      try {
        expect(await codeOf(() => owner.commit(commit(1, noise(50_000))))).toBe('quota')
      } finally {
        Reflect.deleteProperty(navigator, 'storage')
      }
    })
  })
}
