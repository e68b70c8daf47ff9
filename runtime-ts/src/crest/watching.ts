/**
 * One watched query: reports its value, and how far that has hardened.
 *
 * @module
 */
import type { Clock, Darq, Grade, Lsn } from '../engine/types.ts'
import type { QueryRequest, ViewFacts } from './link.ts'
import type { Inhabitant } from './processor.ts'
import { equalBytes } from './views.ts'

/** A value that is overtaken before it is committed makes the next one wait this long, then twice, … */
const overtake_ms = 25
const overtake_max_ms = 1_600
const rank: Readonly<Record<Grade, number>> = { accepted: 0, durable: 1, committed: 2 }

/** @returns the grade of what a step at `position` has left; 0: of a log in which nothing stands */
export function gradeOf({ grades }: Darq, position: Lsn | 0): Grade {
  if (position === 0 || position < grades.committed) return 'committed'
  return position < grades.durable ? 'durable' : 'accepted'
}

export function hasGrade(darq: Darq, position: Lsn | 0, grade: Grade): boolean {
  return rank[gradeOf(darq, position)] >= rank[grade]
}

/**
 * Values that change faster than they are committed would never be seen committed: so a value may be overtaken by the next
 * one at once, but the more often that happens in a row, the longer the next one waits for its turn.
 */
export class Watching {
  readonly #darq: Darq
  readonly #clock: Clock
  readonly #inhabitant: () => Inhabitant | undefined
  readonly #request: QueryRequest
  readonly #see: (view: ViewFacts) => void
  readonly #fail: (error: unknown) => void
  #unwatch = (): void => {}
  #last: { readonly value: Uint8Array; readonly position: Lsn | 0; readonly grade: Grade } | undefined
  /** The newest position that was looked at: its value is `last`'s. */
  #looked: Lsn | 0 | undefined
  #overtakes = 0
  #mayOvertakeAt_ms = 0
  #scheduled = false
  #cancel: (() => void) | undefined
  #over = false

  constructor(
    darq: Darq,
    clock: Clock,
    inhabitant: () => Inhabitant | undefined,
    request: QueryRequest,
    see: (view: ViewFacts) => void,
    fail: (error: unknown) => void,
  ) {
    this.#darq = darq
    this.#clock = clock
    this.#inhabitant = inhabitant
    this.#request = request
    this.#see = see
    this.#fail = fail
  }

  start(): void {
    this.#unwatch = this.#darq.watch(() => this.#schedule())
    this.#look()
  }

  stop(): void {
    this.#over = true
    this.#unwatch()
    this.#cancel?.()
  }

  #schedule(): void {
    if (this.#scheduled || this.#over) return
    this.#scheduled = true
    this.#clock.soon(() => {
      this.#scheduled = false
      if (!this.#over) this.#look()
    })
  }

  #look(): void {
    try {
      this.#harden()
      const inhabitant = this.#inhabitant()
      if (inhabitant === undefined || inhabitant.position === this.#looked) return
      if (this.#mustWait()) return
      this.#looked = inhabitant.position
      const value = inhabitant.query(this.#request.name, this.#request.body)
      if (value.length === 0) return // there is none yet
      if (this.#last !== undefined && equalBytes(value, this.#last.value)) return
      this.#report(value, inhabitant.position)
    } catch (error) {
      this.stop()
      this.#fail(error)
    }
  }

  #harden(): void {
    const last = this.#last
    if (last === undefined) return
    const grade = gradeOf(this.#darq, last.position)
    if (rank[grade] > rank[last.grade]) this.#report(last.value, last.position)
  }

  #mustWait(): boolean {
    if (this.#last === undefined || this.#last.grade === 'committed') {
      this.#overtakes = 0
      return false
    }
    const now_ms = this.#clock.now_ms()
    if (now_ms < this.#mayOvertakeAt_ms) {
      this.#cancel ??= this.#clock.wake(this.#mayOvertakeAt_ms, () => {
        this.#cancel = undefined
        this.#schedule()
      })
      return true
    }
    this.#mayOvertakeAt_ms = now_ms + Math.min(overtake_max_ms, overtake_ms * 2 ** this.#overtakes)
    this.#overtakes += 1
    return false
  }

  #report(value: Uint8Array, position: Lsn | 0): void {
    const grade = gradeOf(this.#darq, position)
    this.#last = { value, position, grade }
    this.#see({ grade, value })
  }
}
