/**
 * All that holds for IndexedDB in every browser.
 *
 * @module
 */
import { indexedDB } from '../../runtime-ts/src/storage/indexed-db.ts'
import { conformance } from './conformance.ts'
import { indexedDbConnections } from './indexed-db-connections.ts'
import { databasePlace } from './indexed-db-place.ts'
import { indexedDbWrites } from './indexed-db-writes.ts'
import { newName } from './names.ts'

export interface Browser {
  /** Whether a large commit stands in several values here. */
  readonly splits: boolean
}

export function indexedDbSuite(browser: Browser): void {
  conformance('IndexedDB', browser, async (body) => {
    const name = newName()
    await body(databasePlace(name, () => indexedDB(name)))
  })
  indexedDbWrites(browser)
  indexedDbConnections()
}
