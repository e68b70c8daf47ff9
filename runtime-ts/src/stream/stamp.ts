/**
 * Event time: how far a stream has come, and what comes too late.
 *
 * @module
 */
import { type Cells, cellsOf, marks_table, numbersOf, type Operator, type StreamStep } from './operator.ts'

export interface Lateness {
  /** Can a record of this time be of no use any more? */
  readonly isLate: (time_ms: number, watermark_ms: number) => boolean
  /** At which watermark all is over that records up to this time have begun. */
  readonly end_ms: (time_ms: number) => number
}

export class Stamp implements Operator {
  readonly #name: string
  readonly #allowed_ms: number
  readonly #rule: Lateness
  #marks: Cells | undefined
  /** The largest time so far. */
  #seen_ms = Number.NEGATIVE_INFINITY
  /** The stream was silent: what was open up to here is over. */
  #closed_ms = Number.NEGATIVE_INFINITY
  #isChanged = false

  constructor(name: string, allowed_ms: number, rule: Lateness) {
    this.#name = name
    this.#allowed_ms = allowed_ms
    this.#rule = rule
  }

  begin(step: StreamStep): void {
    this.#marks = cellsOf(step, marks_table)
    const kept = this.#marks.get(this.#name)
    const [seen_ms, closed_ms] = kept === undefined ? [] : numbersOf(kept, 2)
    this.#seen_ms = seen_ms ?? Number.NEGATIVE_INFINITY
    this.#closed_ms = closed_ms ?? Number.NEGATIVE_INFINITY
    this.#isChanged = false
  }

  get watermark_ms(): number {
    return Math.max(this.#seen_ms - this.#allowed_ms, this.#closed_ms)
  }

  /** @returns the watermark before this record; `undefined`: it is late */
  take(time_ms: number): number | undefined {
    const { watermark_ms } = this
    if (this.#rule.isLate(time_ms, watermark_ms)) return undefined
    if (time_ms > this.#seen_ms) {
      this.#seen_ms = time_ms
      this.#isChanged = true
    }
    return watermark_ms
  }

  /** Nothing more is expected of what has begun. */
  close(): void {
    const end_ms = this.#rule.end_ms(this.#seen_ms)
    if (!(end_ms > this.#closed_ms)) return
    this.#closed_ms = end_ms
    this.#isChanged = true
  }

  end(): void {
    if (this.#isChanged) this.#marks?.set(this.#name, [this.#seen_ms, this.#closed_ms])
  }
}
