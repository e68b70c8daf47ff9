/**
 * The log: a stretch of bytes, from `start` to `end`, and where it stands in the DARQ's history.
 *
 * Inside the core a position is an offset in the buffer (a small integer); an LSN is `base` + offset, and appears only where
 * the outside sees it.
 *
 * @module
 */
import type { CoreLimits } from '../core.ts'

export const SEGMENT_BYTES = 32
/** Hard limit of the buffer: offsets stay small integers in every engine. */
export const LOG_CAPACITY_MAX = 1 << 30
const LOG_CAPACITY_MIN = 1 << 15
const LSN_MAX = 2 ** 53 - 2 ** 32
/** The buffer moves by whole words of the pending set, each of which covers this many bytes. */
export const MOVE_BYTES = 256

export class Log {
  readonly #limits: CoreLimits
  capacity = LOG_CAPACITY_MIN
  bytes = new Uint8Array(LOG_CAPACITY_MIN)
  words = new Uint32Array(this.bytes.buffer)
  /** LSN of offset 0. Negative while the buffer's first bytes stand for nothing. */
  base = 0
  start = 0
  end = 0
  sealed = 0
  /** Bytes that the last `reserve` promised. */
  reserved_bytes = 0

  constructor(limits: CoreLimits) {
    this.#limits = limits
  }

  /** Bytes of the segment header that the next record needs before it. */
  get header_bytes(): number {
    return this.end === this.sealed ? SEGMENT_BYTES : 0
  }

  /** @returns whether `bytes` more fit into the limits that new work must keep */
  admits(bytes: number): boolean {
    return this.end - this.start + bytes <= this.#limits.log_bytes_max && this.base + this.end <= LSN_MAX
  }

  /**
   * Makes the buffer hold `bytes` behind `end`, by dropping its dead prefix or by doubling.
   *
   * @returns by how many bytes everything moved towards the front, or -1 when there is no room
   */
  makeRoom(bytes: number): number {
    if (this.end + bytes <= this.capacity) return 0
    const dead = this.start & -MOVE_BYTES
    const needed = this.end - dead + bytes
    if (dead * 2 >= this.end && needed <= this.capacity) {
      this.bytes.copyWithin(0, dead, this.end)
    } else {
      if (needed > LOG_CAPACITY_MAX) return -1
      let capacity = this.capacity
      while (capacity < needed) capacity *= 2
      if (dead * 2 < this.end && capacity * 2 <= LOG_CAPACITY_MAX && capacity === this.capacity) capacity *= 2
      const grown = allocate(capacity)
      if (grown === undefined) return -1
      grown.set(this.bytes.subarray(dead, this.end))
      this.capacity = capacity
      this.bytes = grown
      this.words = new Uint32Array(grown.buffer)
    }
    this.#shift(dead)
    return dead
  }

  /**
   * Moves the live bytes to the front once the dead ones before them are at least half of what is used.
   *
   * @returns by how many bytes they moved
   */
  compact(): number {
    const dead = this.start & -MOVE_BYTES
    if (dead === 0 || dead * 2 < this.end) return 0
    this.bytes.copyWithin(0, dead, this.end)
    this.#shift(dead)
    return dead
  }

  #shift(bytes: number): void {
    this.base += bytes
    this.start -= bytes
    this.end -= bytes
    this.sealed -= bytes
  }
}

function allocate(bytes: number): Uint8Array<ArrayBuffer> | undefined {
  try {
    return new Uint8Array(bytes)
  } catch {
    return undefined // the platform has no more memory: a limit like any other
  }
}
