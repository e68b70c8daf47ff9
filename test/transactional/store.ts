/**
 * What every adapter of the plain store keeps to, and an application that runs on it.
 *
 * @module
 */
import { expect, test } from 'vitest'
import { openTransactionalHost, type Store } from '../../runtime-ts/src/transactional/index.ts'
import { Account, account } from '../apps/bank.ts'
import { Greeter, greeter } from '../apps/ring.ts'

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text)
const text = (value: Uint8Array | undefined): string | undefined => value && new TextDecoder().decode(value)

/** @param inPlace runs a test's body with a way to open one fresh store, again and again */
export function storeSuite(inPlace: (body: (store: () => Store) => Promise<void>) => Promise<void>): void {
  test('keeps what a transaction has written, lists it in order, and forgets what was deleted', () =>
    inPlace(async (store) => {
      const open = await store().open()
      await open.transaction(async (rows) => {
        for (const key of ['b,2', 'a,1', 'b,1', 'b', 'c']) rows.put(key, bytes(key))
      })
      await open.transaction(async (rows) => rows.delete('b,2'))
      await open.transaction(async (rows) => rows.put('b,3', bytes('three')))
      await open.close()
      const again = await store().open()
      const found = await again.transaction(async (rows) => [
        text(await rows.get('a,1')),
        text(await rows.get('b,2')),
        (await rows.list('b,')).map(([key, value]) => `${key}=${text(value)}`),
      ])
      expect(found).toEqual(['a,1', undefined, ['b,1=b,1', 'b,3=three']])
      await again.close()
    }))

  test('keeps nothing of a transaction that throws', () =>
    inPlace(async (store) => {
      const open = await store().open()
      const failed = open.transaction(async (rows) => {
        await rows.get('a')
        rows.put('a', bytes('1'))
        rows.put('b', bytes('1'))
        throw new Error('no')
      })
      await expect(failed).rejects.toThrow('no')
      expect(await open.transaction((rows) => rows.list(''))).toEqual([])
      await open.close()
    }))

  test('takes more rows at once than the platform does in one call', () =>
    inPlace(async (store) => {
      const open = await store().open()
      const keys = Array.from({ length: 300 }, (_, index) => `k${1_000 + index}`)
      await open.transaction(async (rows) => {
        for (const key of keys) rows.put(key, bytes(key))
      })
      expect((await open.transaction((rows) => rows.list('k'))).map(([key]) => key)).toEqual(keys)
      await open.transaction(async (rows) => {
        for (const key of keys) rows.delete(key)
      })
      expect(await open.transaction((rows) => rows.list(''))).toEqual([])
      await open.close()
    }))

  test('carries the bank and the ring, over a restart', () =>
    inPlace(async (store) => {
      const open = () => openTransactionalHost({ name: 'host', participants: [account, greeter], store: store() })
      const before = await open()
      await before.send(Account.deposit('ann', { cents: 100 })).committed
      await Promise.all(
        [1, 2, 3].map(
          (id) => before.send(Account.transfer('ann', { id: `${id}`, to: 'bob', cents: 10 * id })).committed,
        ),
      )
      await before.close()
      const host = await open()
      await host.send(Greeter.greet('0', { ring: 3, hops: 9 })).committed
      for await (const view of host.watch(Greeter.count('2'))) if (view.grade === 'committed' && view.value === 3) break
      for await (const view of host.watch(Account.balance('bob')))
        if (view.grade === 'committed' && view.value === 60) break
      expect(await host.query(Account.balance('ann'))).toBe(40)
      expect(await host.query(Account.received('bob'))).toEqual({ 1: 1, 2: 1, 3: 1 })
      await host.close()
    }))
}
