/**
 * Which stored commits are still needed. A commit is dropped when no DARQ has live log in it; what an idle DARQ left in an
 * old one is written again into a new one, so that storage stays within about twice the live logs.
 *
 * @module
 */
import type { Lsn, Version } from './types.ts'

interface Stored {
  readonly from: Lsn
  readonly version: Version
  readonly bytes: number
}

const slack_bytes_max = 1024 * 1024

/** @typeParam D what stands for a DARQ: it is only compared */
export class Retention<D> {
  readonly #slack_bytes: number
  readonly #ofDarq = new Map<D, Stored[]>()
  readonly #pins = new Map<Version, Set<D>>()
  readonly #sizes: { readonly version: Version; readonly bytes: number }[] = []
  #stored_bytes = 0
  #live_bytes = 0
  /** The oldest commit that is needed. */
  #oldest = 1 as Version

  constructor(log_bytes_max: number) {
    this.#slack_bytes = Math.min(slack_bytes_max, log_bytes_max)
  }

  /** A commit's size as a whole. */
  committed(version: Version, bytes: number): void {
    if (this.#sizes.length === 0) this.#oldest = version
    this.#sizes.push({ version, bytes })
    this.#stored_bytes += bytes
  }

  /** @param whole all of the DARQ's live log stands in this version: what older ones hold of it is not needed */
  stored(darq: D, version: Version, from: Lsn, bytes: number, whole: boolean): void {
    let rows = this.#ofDarq.get(darq)
    if (rows && whole) {
      for (const row of rows) this.#unpin(darq, row)
      rows = undefined
    }
    if (!rows) {
      rows = []
      this.#ofDarq.set(darq, rows)
    }
    this.#live_bytes += bytes
    // One value may hold several versions of a log: it is needed until the last of them is not.
    const last = rows.at(-1)
    if (last?.version === version) {
      rows[rows.length - 1] = { ...last, bytes: last.bytes + bytes }
      return
    }
    rows.push({ from, version, bytes })
    let pins = this.#pins.get(version)
    if (!pins) {
      pins = new Set()
      this.#pins.set(version, pins)
    }
    pins.add(darq)
  }

  /** The DARQ's log before `head` is no longer needed. */
  truncated(darq: D, head: Lsn): void {
    const rows = this.#ofDarq.get(darq)
    let dropped = 0
    for (let next = rows?.[1]; rows && next && next.from <= head; next = rows[dropped + 1]) {
      const row = rows[dropped]
      if (row) this.#unpin(darq, row)
      dropped += 1
    }
    rows?.splice(0, dropped)
  }

  #unpin(darq: D, { version, bytes }: Stored): void {
    this.#live_bytes -= bytes
    const pins = this.#pins.get(version)
    pins?.delete(darq)
    if (pins?.size === 0) this.#pins.delete(version)
  }

  /** The oldest commit that is needed when everything up to `newest` is stored. */
  keepFrom(newest: Version): Version {
    while (this.#oldest < newest && !this.#pins.has(this.#oldest)) {
      const first = this.#sizes[0]
      if (first && first.version <= this.#oldest) {
        this.#stored_bytes -= first.bytes
        this.#sizes.shift()
      }
      this.#oldest = (this.#oldest + 1) as Version
    }
    return this.#oldest
  }

  /** DARQs whose live log should be written anew, because it keeps an old commit from being dropped. */
  toMove(newest: Version): Iterable<D> {
    const oldest = this.keepFrom(newest)
    if (this.#stored_bytes <= 2 * this.#live_bytes + this.#slack_bytes) return []
    return this.#pins.get(oldest) ?? []
  }
}
