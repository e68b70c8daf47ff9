import { indexedDB } from '../../runtime-ts/src/storage/indexed-db.ts'
import { conformance } from './conformance.ts'
import { databasePlace } from './indexed-db-place.ts'

let count = 0
conformance('IndexedDB', { splits: true }, async (body) => {
  const name = `conformance ${Date.now()} ${count++}`
  await body(databasePlace(name, () => indexedDB(name)))
})
