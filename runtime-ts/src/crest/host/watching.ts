/**
 * One watched query: reports its value, and how far that has hardened.
 *
 * @module
 */
import type { Clock, Darq, Grade, Lsn } from '../../engine/types.ts'
import { equalBytes } from '../client/views.ts'
import type { QueryableProcessor } from '../run/ledger-processor.ts'
import type { QueryRequest, ViewFacts } from '../wire/link.ts'

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

/** All who watch a DARQ look in one task, however many they are. */
class Audience {
  readonly #looks = new Set<() => void>()
  readonly #clock: Clock
  #scheduled = false

  constructor(darq: Darq, clock: Clock) {
    this.#clock = clock
    darq.watch(() => this.#schedule())
  }

  #schedule(): void {
    if (this.#scheduled || this.#looks.size === 0) return
    this.#scheduled = true
    this.#clock.soon(() => {
      this.#scheduled = false
      for (const look of [...this.#looks]) look()
    })
  }

  /** @returns leaves */
  join(look: () => void): () => void {
    this.#looks.add(look)
    return () => this.#looks.delete(look)
  }
}

const audiences = new WeakMap<Darq, Audience>()

function audienceOf(darq: Darq, clock: Clock): Audience {
  let audience = audiences.get(darq)
  if (audience === undefined) {
    audience = new Audience(darq, clock)
    audiences.set(darq, audience)
  }
  return audience
}

/**
 * Values that change faster than they are committed would never be seen committed: so a value may be overtaken by the next
 * one at once, but the more often that happens in a row, the longer the next one waits for its turn.
 */
export class Watching {
  readonly #darq: Darq
  readonly #clock: Clock
  readonly #processor: () => QueryableProcessor | undefined
  readonly #request: QueryRequest
  readonly #see: (view: ViewFacts) => void
  readonly #fail: (error: unknown) => void
  #unwatch = (): void => {}
  #last: { readonly value: Uint8Array; readonly position: Lsn | 0; readonly grade: Grade } | undefined
  /** The newest position that was looked at: its value is `last`'s. */
  #looked: Lsn | 0 | undefined
  /** The query, made ready for who is asked now. */
  #asked: { readonly processor: QueryableProcessor; readonly run: () => Uint8Array } | undefined
  #overtakes = 0
  #mayOvertakeAt_ms = 0
  #scheduled = false
  #cancel: (() => void) | undefined
  #over = false

  constructor(
    darq: Darq,
    clock: Clock,
    processor: () => QueryableProcessor | undefined,
    request: QueryRequest,
    see: (view: ViewFacts) => void,
    fail: (error: unknown) => void,
  ) {
    this.#darq = darq
    this.#clock = clock
    this.#processor = processor
    this.#request = request
    this.#see = see
    this.#fail = fail
  }

  start(): void {
    this.#unwatch = audienceOf(this.#darq, this.#clock).join(() => {
      if (!this.#over) this.#look()
    })
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
      const processor = this.#processor()
      if (processor === undefined || processor.position === this.#looked) return
      if (this.#isHeldBack()) return
      this.#looked = processor.position
      const value = this.#ask(processor)
      if (value.length === 0) return // there is none yet
      if (this.#last !== undefined && equalBytes(value, this.#last.value)) return
      this.#overtake()
      this.#report(value, processor.position)
    } catch (error) {
      this.stop()
      this.#fail(error)
    }
  }

  #ask(processor: QueryableProcessor): Uint8Array {
    if (this.#asked?.processor !== processor) {
      const { name, body } = this.#request
      this.#asked = { processor, run: processor.prepare(name, body) }
    }
    return this.#asked.run()
  }

  #harden(): void {
    const last = this.#last
    if (last === undefined) return
    const grade = gradeOf(this.#darq, last.position)
    if (rank[grade] > rank[last.grade]) this.#report(last.value, last.position)
  }

  get #isUncommitted(): boolean {
    return this.#last !== undefined && this.#last.grade !== 'committed'
  }

  #isHeldBack(): boolean {
    if (!this.#isUncommitted) {
      this.#overtakes = 0
      return false
    }
    if (this.#clock.now_ms() >= this.#mayOvertakeAt_ms) return false
    this.#cancel ??= this.#clock.wake(this.#mayOvertakeAt_ms, () => {
      this.#cancel = undefined
      this.#schedule()
    })
    return true
  }

  /** Another value takes the place of one that is not committed. */
  #overtake(): void {
    if (!this.#isUncommitted) return
    this.#mayOvertakeAt_ms = this.#clock.now_ms() + Math.min(overtake_max_ms, overtake_ms * 2 ** this.#overtakes)
    this.#overtakes += 1
  }

  #report(value: Uint8Array, position: Lsn | 0): void {
    const grade = gradeOf(this.#darq, position)
    this.#last = { value, position, grade }
    this.#see({ grade, value })
  }
}
