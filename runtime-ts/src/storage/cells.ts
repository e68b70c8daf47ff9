/**
 * What adapters differ in: values under numbers, written in transactions. Everything else (records, claims, parts,
 * truncation, checks) is the same for all of them and stands in `store.ts`.
 *
 * @module
 */

/** A value and its place. */
export interface Cell {
  readonly number: number
  readonly value: Uint8Array<ArrayBuffer>
}

/** Numbers to delete: those in `[from, to)` except for `keep`, and those in `more`. All of them are dead already. */
export interface Clearing {
  readonly from: number
  readonly to: number
  readonly keep: number
  readonly more: readonly number[]
}

/** One transaction. */
export interface Change {
  /** At least one; consecutive numbers, the first is one above the newest that the writer knows. */
  readonly add: readonly Cell[]
  readonly clear: Clearing | undefined
  /** When the platform should wake the host; `undefined`: no need. */
  readonly wakeAt_ms: number | undefined
}

/** One connection to the numbered values of one store. */
export interface Cells {
  /** A commit is split into values with at most this many bytes of body. */
  readonly part_bytes_max: number
  /** How many values are read at once at most. */
  readonly values_per_read: number
  /** How many numbers one change clears at most. */
  readonly clear_max: number
  /** Value 0; if there is none, what `mint` gives is made it, atomically. */
  first(mint: () => Uint8Array<ArrayBuffer>): Promise<unknown>
  /** The value with the largest number. */
  newest(): Promise<{ readonly number: number; readonly value: unknown } | undefined>
  get(number: number): Promise<unknown>
  /** The values in `[from, to)`, in order. What is missing is left out. */
  read(from: number, to: number): Promise<readonly unknown[]>
  /**
   * All or nothing; durable when it resolves.
   *
   * @throws {DarqError} `fenced` if there was anything at or above the first number of `add`; then nothing changed that a
   * reader can see. `quota`, `storage`, `closed`.
   */
  write(change: Change): Promise<void>
  /** Deletes and writes nothing: goes through on a full disk, where a write would not. */
  free(clear: Clearing): Promise<void>
  /** Never throws. */
  close(): Promise<void>
}
