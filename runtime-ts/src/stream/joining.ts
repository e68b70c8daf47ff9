/**
 * Two streams side by side: what has the same key, and lies near enough in time.
 *
 * @module
 */
import { DarqError } from '../error.ts'
import {
  type Cells,
  cellsOf,
  foreignState,
  isList,
  type KeyedOperator,
  marks_table,
  numbersOf,
  type Push,
  type StreamStep,
} from './operator.ts'

interface Kept {
  readonly time_ms: number
  readonly value: unknown
}
type Sides = [left: Kept[], right: Kept[]]

export class Joining implements KeyedOperator {
  readonly name: string
  readonly #within_ms: number
  readonly #open_max: number
  readonly #next: Push
  readonly #touched = new Map<string, Sides>()
  #cells: Cells | undefined
  #marks: Cells | undefined
  /** When it is time to look for what may be forgotten, and how much is kept. */
  #sweep_ms = Number.NEGATIVE_INFINITY
  #open = 0
  #before = ''

  constructor(name: string, within_ms: number, open_max: number, next: Push) {
    this.name = name
    this.#within_ms = within_ms
    this.#open_max = open_max
    this.#next = next
  }

  begin(step: StreamStep): void {
    this.#touched.clear()
    this.#cells = cellsOf(step, this.name)
    this.#marks = cellsOf(step, marks_table)
    const kept = this.#marks.get(this.name)
    const [sweep_ms, open] = kept === undefined ? [Number.NEGATIVE_INFINITY, 0] : numbersOf(kept, 2)
    this.#sweep_ms = sweep_ms ?? Number.NEGATIVE_INFINITY
    this.#open = open ?? 0
    this.#before = `${this.#sweep_ms} ${this.#open}`
  }

  take(key: string, value: unknown, time_ms: number, watermark_ms: number, port: number): void {
    let sides = this.#touched.get(key)
    if (sides === undefined) {
      sides = sidesOf(this.#cells?.get(key))
      this.#touched.set(key, sides)
    }
    const [own, others] = port === 0 ? sides : [sides[1], sides[0]]
    for (const other of others) {
      if (Math.abs(other.time_ms - time_ms) > this.#within_ms) continue
      // It may be still there only because nobody has swept since: whether it counts must not depend on that.
      if (other.time_ms + this.#within_ms < watermark_ms) continue
      this.#next(port === 0 ? { key, left: value, right: other.value } : { key, left: other.value, right: value })
    }
    own.push({ time_ms, value })
    this.#open += 1
  }

  recount(): void {
    this.#open = 0
    for (const [, kept] of this.#cells?.entries() ?? []) for (const side of sidesOf(kept)) this.#open += side.length
    this.#sweep_ms = Number.NEGATIVE_INFINITY
  }

  end(watermark_ms: number): void {
    if (watermark_ms >= this.#sweep_ms) this.#sweep(watermark_ms)
    for (const [key, [left, right]] of this.#touched) {
      if (left.length + right.length === 0) this.#cells?.delete(key)
      else this.#cells?.set(key, [left.map(pairOf), right.map(pairOf)])
    }
    this.#touched.clear()
    if (this.#open > this.#open_max) {
      throw new DarqError('backpressure', {
        facts: { expected: `at most ${this.#open_max} records that wait for their match`, got: this.#open },
      })
    }
    if (this.#before !== `${this.#sweep_ms} ${this.#open}`) this.#marks?.set(this.name, [this.#sweep_ms, this.#open])
  }

  /** Forgets what nothing that is in time can match any more. All keys are looked at, so not in every step. */
  #sweep(watermark_ms: number): void {
    const isOver = ({ time_ms }: Kept): boolean => time_ms + this.#within_ms < watermark_ms
    for (const [key, kept] of this.#cells?.entries() ?? []) {
      if (this.#touched.has(key)) continue
      const sides = sidesOf(kept)
      if (sides.some((side) => side.some(isOver))) this.#touched.set(key, sides)
    }
    for (const sides of this.#touched.values())
      for (const port of [0, 1] as const) {
        const left = sides[port].filter((kept) => !isOver(kept))
        this.#open -= sides[port].length - left.length
        sides[port] = left
      }
    this.#sweep_ms = watermark_ms + this.#within_ms / 4
  }
}

function pairOf({ time_ms, value }: Kept): readonly unknown[] {
  return [time_ms, value]
}

/** @returns copies, to be changed */
function sidesOf(kept: unknown): Sides {
  if (kept === undefined) return [[], []]
  if (!isList(kept)) throw foreignState()
  return [sideOf(kept[0]), sideOf(kept[1])]
}

function sideOf(kept: unknown): Kept[] {
  if (!isList(kept)) throw foreignState()
  return kept.map((pair) => {
    const [time_ms, value] = isList(pair) ? pair : []
    if (typeof time_ms !== 'number') throw foreignState()
    return { time_ms, value }
  })
}
