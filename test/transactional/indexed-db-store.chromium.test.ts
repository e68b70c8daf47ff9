import { deleteDB } from 'idb'
import { expect, test, vi } from 'vitest'
import { indexedDBStore } from '../../runtime-ts/src/transactional/indexed-db-store.ts'
import { storeSuite } from './store.ts'

let count = 0
const newName = () => `transactional ${Date.now()} ${count++}`

storeSuite(async (body) => {
  const name = newName()
  await body(() => indexedDBStore(name))
  await deleteDB(name)
})

test('writes in strict transactions', async () => {
  const name = newName()
  const begun = vi.spyOn(IDBDatabase.prototype, 'transaction')
  const open = await indexedDBStore(name).open()
  await open.transaction(async (rows) => rows.put('a', new Uint8Array(1)))
  expect(begun.mock.calls.at(-1)?.slice(1)).toEqual(['readwrite', { durability: 'strict' }])
  await open.close()
  await deleteDB(name)
})
