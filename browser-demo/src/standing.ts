/**
 * How what a side shows stands: what is shown at once may not be saved yet, and may be taken back until it is.
 *
 * @module
 */
import type { Grade } from '@darq/runtime'

export interface StandingFacts {
  /** How sure the newest value is. */
  readonly grade: Grade
  /** Flights in the newest value. */
  readonly flights: number
  /** Flights in the newest value that was committed. */
  readonly saved: number
  /** Flights that were shown and then taken back, a moment ago; else 0. */
  readonly taken_back: number
}

export class Standing implements StandingFacts {
  grade: Grade = 'accepted'
  flights = 0
  saved = 0
  taken_back = 0
  /** What was shown is withdrawn; what stands instead has not come yet. */
  #isWithdrawn = false

  withdraw(): void {
    this.#isWithdrawn = true
  }

  /** @returns how many flights are no longer there that were shown before */
  show(grade: Grade, flights: number): number {
    // What came again meanwhile is not missed by anybody.
    const lost = this.#isWithdrawn ? Math.max(0, this.flights - flights) : 0
    this.#isWithdrawn = false
    this.grade = grade
    this.flights = flights
    if (grade === 'committed') this.saved = flights
    // What is committed is never taken back: there was less of it before only when the side was wiped.
    else this.saved = Math.min(this.saved, flights)
    if (lost > 0) this.taken_back = lost
    return lost
  }

  /** It was long enough ago. */
  forget(): void {
    this.taken_back = 0
  }
}
