/**
 * How a stream's keys are spread over its parts, and how they move when there are to be more or fewer.
 *
 * A key's part is a hash of it, modulo how many there are. When the code says another number than the state, the source
 * first tells every part of the old number to `move`: each hands the state of the keys that are not its own any more to
 * their new parts (`take`), in messages, and tells the source how many it took; each `take` is told too. Until all of that
 * is told, what the source would send waits in its state. All of it are steps and messages, so each key's state is in one
 * part, or on its way, whatever crashes when.
 *
 * @module
 */
import { DarqError } from '../error.ts'
import { type Cells, cellsOf, foreignState, isList, numbersOf, type StreamStep } from './operator.ts'
import { plain } from './plain-schema.ts'
import { partsAddress } from './words.ts'

export const spread_table = 'spread'
export const waiting_table = 'waiting'
/** Bodies of records that wait until all keys have moved. */
const waiting_max = 256
/** This many of them go on in one step. */
const flush_max = 16
/** What the source tells itself while they do. */
export const flush_word = 'stream:flush'

/** What the source knows of the parts. */
interface Standing {
  readonly parallel: number
  /** Old parts that have not told yet that they are done; and keys' messages that are not told to be taken. */
  readonly moving: number
  readonly onTheWay: number
  /** The number of the next body that waits. */
  readonly next: number
}

export class Spread {
  readonly #parts: ReturnType<typeof partsAddress>
  readonly #wanted: number
  #step: StreamStep | undefined
  #spread: Cells | undefined
  #waiting: Cells | undefined
  #now: Standing = { parallel: 1, moving: 0, onTheWay: 0, next: 0 }
  #isChanged = false

  constructor(name: string, parallel: number) {
    this.#parts = partsAddress(name)
    this.#wanted = parallel
  }

  /** Over how many parts records go from here on. */
  get parallel(): number {
    return this.#now.parallel
  }

  begin(step: StreamStep): void {
    this.#step = step
    this.#spread = cellsOf(step, spread_table)
    this.#waiting = cellsOf(step, waiting_table)
    this.#isChanged = false
    const kept = this.#spread.get('now')
    if (kept === undefined) {
      this.#change({ parallel: this.#wanted, moving: 0, onTheWay: 0, next: 0 })
      return
    }
    const [parallel = 1, moving = 0, onTheWay = 0, next = 0] = numbersOf(kept, 4)
    this.#now = { parallel, moving, onTheWay, next }
    this.#start()
  }

  #change(now: Standing): void {
    this.#now = now
    this.#isChanged = true
  }

  /**
   * What a part is sent is numbered, so that it handles it in order: a message that fails is tried again later, and by then
   * those behind it may have closed the windows of its records.
   */
  #number(part: number): number {
    const kept = this.#spread?.get(`part ${part}`)
    const number = typeof kept === 'number' ? kept : 0
    this.#spread?.set(`part ${part}`, number + 1)
    return number
  }

  get #isMoving(): boolean {
    return this.#now.moving > 0 || this.#now.onTheWay !== 0
  }

  /** Begins to move keys, if there are to be more or fewer parts and none is moving. */
  #start(): void {
    const old = this.#now.parallel
    if (this.#isMoving || old === this.#wanted || (this.#waiting?.size ?? 0) > 0) return
    for (let part = 0; part < old; part += 1)
      this.#step?.send(this.#parts.move(`${part}`, [this.#number(part), this.#wanted]))
    this.#change({ ...this.#now, parallel: this.#wanted, moving: old })
  }

  /** What waits goes first. @throws {DarqError} `backpressure` when keys are moving, and too much waits for them */
  send(part: number, body: unknown): void {
    if (!this.#isMoving && this.#waiting?.size === 0) {
      this.#send(part, body)
      return
    }
    if ((this.#waiting?.size ?? 0) >= waiting_max)
      throw new DarqError('backpressure', { facts: { expected: 'keys that have moved to their parts' } })
    this.#waiting?.set(`${this.#now.next}`, [part, body])
    this.#change({ ...this.#now, next: this.#now.next + 1 })
  }

  #send(part: number, body: unknown): void {
    this.#step?.send(this.#parts.records(`${part}`, plain([this.#number(part), body])))
  }

  /** An old part has handed over all that is not its own any more. @param takes in this many messages */
  moved(takes: number): void {
    this.#change({ ...this.#now, moving: this.#now.moving - 1, onTheWay: this.#now.onTheWay + takes })
    this.#flush()
  }

  /** A part has taken a message of keys: perhaps before it is told that it was sent. */
  taken(): void {
    this.#change({ ...this.#now, onTheWay: this.#now.onTheWay - 1 })
    this.#flush()
  }

  #flush(): void {
    if (!this.#isMoving) this.flush()
  }

  /** Lets some of what has waited go on, and itself be woken for the rest. */
  flush(): void {
    const waiting = [...(this.#waiting?.entries() ?? [])].sort(([one], [other]) => Number(one) - Number(other))
    for (const [number, kept] of waiting.slice(0, flush_max)) {
      const [part, body] = isList(kept) ? kept : []
      if (typeof part !== 'number') throw foreignState()
      this.#send(part, body)
      this.#waiting?.delete(number)
    }
    const rest = waiting.length > flush_max ? this.#step?.own[flush_word]?.(null) : undefined
    if (rest !== undefined) this.#step?.send(rest)
    else this.#start()
  }

  end(): void {
    const { parallel, moving, onTheWay, next } = this.#now
    if (this.#isChanged) this.#spread?.set('now', [parallel, moving, onTheWay, next])
  }
}
