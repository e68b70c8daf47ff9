/**
 * Where a host keeps its bytes. The Durable Object's adapter has an entry of its own.
 *
 * @module
 */
export type {
  Claimed,
  Commit,
  Durability,
  Epoch,
  LastClaim,
  Opened,
  Segment,
  Storage,
  Version,
} from './contract.ts'
export { type IndexedDbOptions, indexedDB } from './indexed-db.ts'
export { memory } from './memory.ts'
