/**
 * Messages that wait for a processor's credit: their LSNs and senders, while their bytes stay in the log.
 *
 * @module
 */
import type { Lsn } from '../engine/types.ts'

export interface Waiting {
  readonly lsn: Lsn
  readonly from: string
  readonly sequence: number
}

/** Messages of one sender with sequences that follow each other. */
interface Run {
  readonly from: string
  readonly first: number
  readonly lsns: Lsn[]
  taken: number
}

/** A queue that costs about a number a message, since what waits here may be all that a log can hold. */
export class Backlog {
  #runs: Run[] = []
  #at = 0
  length = 0

  push({ lsn, from, sequence }: Waiting): void {
    this.length += 1
    // A run that was taken to its end is never looked at again.
    const run = this.#at < this.#runs.length ? this.#runs.at(-1) : undefined
    const next = run === undefined || run.first === 0 ? 0 : run.first + run.lsns.length
    if (run !== undefined && run.from === from && next === sequence) run.lsns.push(lsn)
    else this.#runs.push({ from, first: sequence, lsns: [lsn], taken: 0 })
  }

  shift(): Waiting | undefined {
    const run = this.#runs[this.#at]
    const lsn = run?.lsns[run.taken]
    if (run === undefined || lsn === undefined) return undefined
    const sequence = run.first === 0 ? 0 : run.first + run.taken
    run.taken += 1
    this.length -= 1
    if (run.taken === run.lsns.length) this.#drop()
    return { lsn, from: run.from, sequence }
  }

  #drop(): void {
    this.#at += 1
    if (this.#at < 64 || this.#at * 2 < this.#runs.length) return
    this.#runs = this.#runs.slice(this.#at)
    this.#at = 0
  }
}
