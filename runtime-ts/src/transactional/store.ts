/**
 * What the transactional implementation needs of a place that keeps bytes: rows by key, and transactions. One adapter per
 * platform; each is what the platform's own documentation would have one write.
 *
 * @module
 */
import type { Durability } from '../storage/contract.ts'

/** The rows as one transaction sees them. All reads come before the first write. */
export interface Rows {
  get(key: string): Promise<Uint8Array | undefined>
  /** Rows whose keys begin so, in order of their keys. */
  list(prefix: string): Promise<readonly Row[]>
  put(key: string, value: Uint8Array): void
  delete(key: string): void
}
export type Row = readonly [key: string, value: Uint8Array]

export interface OpenStore {
  /**
   * Everything that `run` writes, or none of it. When it resolves nobody can see or lose less than all of it. Called one
   * after the other, each after the one before has settled; `run` waits for nothing but `rows`.
   *
   * @throws {DarqError} `storage`, `quota`, `closed`: the outcome is unknown. What `run` throws: nothing happened.
   */
  transaction<T>(run: (rows: Rows) => Promise<T>): Promise<T>
  close(): Promise<void>
}

export interface Store {
  readonly durability: Durability
  /** @throws {DarqError} `storage`, `quota` */
  open(): Promise<OpenStore>
}
