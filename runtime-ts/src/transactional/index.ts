/**
 * The transactional implementation: applications run on it unchanged.
 *
 * @module
 */
export { durableObjectStore, type PlainObjectStorage } from './durable-object-store.ts'
export type { TransactionalOptions } from './host.ts'
export { indexedDBStore } from './indexed-db-store.ts'
export { type Crash, MemoryStore, type MemoryStoreOptions } from './memory-store.ts'
export { openTransactional, openTransactionalHost, type Transactional } from './open.ts'
export type { Delivery, Peer } from './outbox.ts'
export type { OpenStore, Row, Rows, Store } from './store.ts'
