/**
 * What a page sees of its own IndexedDB transactions and connections, and what a test makes of them.
 *
 * @module
 */
import { vi } from 'vitest'

export interface SeenTransaction {
  readonly database: IDBDatabase
  readonly transaction: IDBTransaction
}

/** Remembers the transactions that the page's connections begin from now on, with their connection. */
export function watchTransactions(complete: () => void = () => undefined): SeenTransaction[] {
  const seen: SeenTransaction[] = []
  const original = IDBDatabase.prototype.transaction
  vi.spyOn(IDBDatabase.prototype, 'transaction').mockImplementation(function (this: IDBDatabase, ...args) {
    const transaction = original.apply(this, args)
    transaction.addEventListener('complete', complete)
    seen.push({ database: this, transaction })
    return transaction
  })
  return seen
}

/** The browser aborts the next `times` transactions that are committed, and doesn't say why: Chromium does on a full disk. */
export function abortSilently(times: number): void {
  let left = times
  const original = IDBTransaction.prototype.commit
  vi.spyOn(IDBTransaction.prototype, 'commit').mockImplementation(function (this: IDBTransaction) {
    if (left-- > 0) this.abort()
    else original.call(this)
  })
}

/** The browser drops the next `times` attempts to open a database, as it does while it clears data. */
export function dropOpenings(times: number): void {
  let left = times
  const original = IDBFactory.prototype.open
  vi.spyOn(IDBFactory.prototype, 'open').mockImplementation(function (this: IDBFactory, name, version) {
    if (left-- <= 0) return original.call(this, name, version)
    const request = original.call(this, `${name} dropped`, version)
    request.addEventListener('upgradeneeded', (event) => {
      event.stopImmediatePropagation()
      request.transaction?.abort()
    })
    return request
  })
}

/** The newest connection among those that were seen. */
export function newestConnection(seen: readonly SeenTransaction[]): IDBDatabase {
  const { database } = seen.at(-1) ?? {}
  if (database === undefined) throw new Error('expected a connection')
  return database
}

/** Closes a connection as Chromium and Safari do under memory pressure or after a crash of their storage process. */
export function loseConnection(database: IDBDatabase): void {
  database.close()
  database.dispatchEvent(new Event('close'))
}
