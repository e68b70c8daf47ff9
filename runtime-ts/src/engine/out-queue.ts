/**
 * The out-messages of one channel that are not acknowledged: where they stand in the log, in order of their sequences,
 * which are dense.
 *
 * @module
 */
import type { Core, Lsn } from '@darq/core'
import { padded } from './byte-codec.ts'
import { writeMessage } from './messages.ts'
import { addressed, readWhole } from './records.ts'
import type { Version } from './types.ts'

/** What the queue needs of the DARQ whose log it reads. */
export interface QueuingDarq {
  readonly core: Core
  /** This many more out-messages are not acknowledged. */
  unanswered(change: number): void
  /** Drops what the log needs no more. */
  trim(): void
}

export interface Waiting {
  readonly lsn: Lsn
  readonly version: Version
  readonly gated: boolean
}

export class OutQueue {
  readonly #darq: QueuingDarq
  #waiting: Waiting[] = []
  #head = 0
  /** Sequence of the first that waits; of the next to come when none does. */
  first = 1

  constructor(darq: QueuingDarq) {
    this.#darq = darq
  }

  get length(): number {
    return this.#waiting.length - this.#head
  }
  /** The sequence that the next out-message will have. */
  get end(): number {
    return this.first + this.length
  }

  push(waiting: Waiting): void {
    if (this.length === 0) {
      const { core } = this.#darq
      this.first = readWhole(core.words, (core.at(waiting.lsn) >>> 2) + 2)
    }
    this.#waiting.push(waiting)
    this.#darq.unanswered(1)
  }

  at(sequence: number): Waiting | undefined {
    return this.#waiting[this.#head + sequence - this.first]
  }

  /**
   * Copies the payloads from `sequence` on, as a row of messages of at most `bytes_max` bytes (but at least one message),
   * while `may` allows.
   */
  collect(sequence: number, bytes_max: number, may: (waiting: Waiting) => boolean): Collected {
    const { core } = this.#darq
    let bytes = 0
    let end = sequence
    let version = 0 as Version
    for (let waiting = this.at(end); waiting && may(waiting); waiting = this.at(end)) {
      const at = core.at(waiting.lsn)
      const head = core.words[(at >>> 2) + 1] ?? 0
      const size = padded(8 + (core.words[at >>> 2] ?? 0) - 16 - padded(head >>> 16))
      if (bytes > 0 && bytes + size > bytes_max) break
      bytes += size
      version = waiting.version
      end += 1
    }
    const messages = new Uint8Array(bytes)
    let at = 0
    for (let next = sequence; next < end; next += 1) {
      const waiting = this.at(next)
      if (waiting) at = writeMessage(messages, at, addressed(core, waiting.lsn).bytes)
    }
    return { messages, first: sequence, count: end - sequence, version }
  }

  /** Forgets everything below `sequence`, in the core too. */
  acknowledge(sequence: number): void {
    const { core } = this.#darq
    while (this.first < sequence && this.length > 0) {
      let count = 0
      while (count < core.lsns_max && this.first < sequence && this.length > 0) {
        core.lsns[count] = this.#waiting[this.#head]?.lsn ?? 0
        this.#head += 1
        this.first += 1
        count += 1
      }
      core.acknowledge(count)
      this.#darq.unanswered(-count)
    }
    this.#darq.trim()
    // Amortised: the array is cut when half of it is used up.
    if (this.#head > 64 && this.#head * 2 > this.#waiting.length) {
      this.#waiting = this.#waiting.slice(this.#head)
      this.#head = 0
    }
  }
}

export interface Collected {
  readonly messages: Uint8Array
  readonly first: number
  readonly count: number
  /** The newest version that holds one of them. */
  readonly version: Version
}
