/**
 * Windows that are open: for each key its panes, and the running total of each.
 *
 * @module
 */
import { DarqError } from '../error.ts'
import type { AnyAggregate } from './aggregate.ts'
import { FirstEnds } from './first-ends.ts'
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
import { type AnyWindow, firstStart } from './window.ts'

/** One window of one key. */
export interface Pane {
  from_ms: number
  to_ms: number
  total: unknown
}

/** Panes of one key, sorted by time; and when the first of them ended before this step. */
interface Touched {
  readonly panes: Pane[]
  readonly firstEnd_ms: number | undefined
}

interface Closed extends Pane {
  readonly key: string
}

export class Panes implements KeyedOperator {
  readonly name: string
  readonly #window: AnyWindow
  readonly #aggregate: AnyAggregate
  readonly #open_max: number
  readonly #next: Push
  /** Of the keys that this step has touched: from here they go back into the table. */
  readonly #touched = new Map<string, Touched>()
  /** By table: the operator's, at each DARQ and in each of its lives. */
  readonly #firstEnds = new WeakMap<Cells, FirstEnds>()
  #cells: Cells | undefined
  #marks: Cells | undefined
  #ends: FirstEnds | undefined
  #open = 0
  #before = 0

  constructor(name: string, window: AnyWindow, aggregate: AnyAggregate, open_max: number, next: Push) {
    this.name = name
    this.#window = window
    this.#aggregate = aggregate
    this.#open_max = open_max
    this.#next = next
  }

  begin(step: StreamStep): void {
    this.#touched.clear()
    const cells = cellsOf(step, this.name)
    this.#cells = cells
    this.#marks = cellsOf(step, marks_table)
    const kept = this.#marks.get(this.name)
    this.#open = kept === undefined ? 0 : (numbersOf(kept, 1)[0] ?? 0)
    this.#before = this.#open
    this.#ends = this.#firstEnds.get(cells) ?? this.#derive(cells)
    this.#ends.begin()
  }

  #derive(cells: Cells): FirstEnds {
    const made = new FirstEnds(cells, firstEndOf)
    this.#firstEnds.set(cells, made)
    return made
  }

  take(key: string, value: unknown, time_ms: number, watermark_ms: number): void {
    const { panes } = this.#touch(key)
    const { size_ms, every_ms, kind } = this.#window
    if (kind === 'session') {
      this.#extend(panes, value, time_ms, watermark_ms)
      return
    }
    for (let from_ms = firstStart(this.#window, time_ms); from_ms <= time_ms; from_ms += every_ms) {
      if (from_ms + size_ms > watermark_ms) this.#add(panes, from_ms, value)
    }
  }

  #touch(key: string): Touched {
    let touched = this.#touched.get(key)
    if (touched === undefined) {
      const panes = panesOf(this.#cells?.get(key))
      touched = { panes, firstEnd_ms: panes[0]?.to_ms }
      this.#touched.set(key, touched)
    }
    return touched
  }

  #add(panes: Pane[], from_ms: number, value: unknown): void {
    // The newest is the likeliest.
    let at = panes.length
    while (at > 0) {
      const pane = panes[at - 1]
      if (pane === undefined || pane.from_ms < from_ms) break
      if (pane.from_ms === from_ms) {
        pane.total = this.#aggregate.add(pane.total, value)
        return
      }
      at -= 1
    }
    const to_ms = from_ms + this.#window.size_ms
    this.#insert(panes, at, { from_ms, to_ms, total: this.#aggregate.add(this.#aggregate.initial, value) })
  }

  #insert(panes: Pane[], at: number, pane: Pane): void {
    panes.splice(at, 0, pane)
    this.#open += 1
  }

  /** Of a session: it joins those that are nearer than the gap, and not over. */
  #extend(panes: Pane[], value: unknown, time_ms: number, watermark_ms: number): void {
    const { size_ms } = this.#window
    const { add, initial, merge } = this.#aggregate
    const joined = { from_ms: time_ms, to_ms: time_ms + size_ms, total: undefined as unknown }
    let isNew = true
    let at = 0
    while (at < panes.length) {
      const pane = panes[at]
      if (pane === undefined || pane.from_ms >= time_ms + size_ms) break
      if (pane.to_ms <= watermark_ms || pane.to_ms <= time_ms) {
        at += 1
        continue
      }
      joined.from_ms = Math.min(joined.from_ms, pane.from_ms)
      joined.to_ms = Math.max(joined.to_ms, pane.to_ms)
      joined.total = isNew || merge === undefined ? pane.total : merge(joined.total, pane.total)
      isNew = false
      panes.splice(at, 1)
      this.#open -= 1
    }
    joined.total = add(isNew ? initial : joined.total, value)
    this.#insert(panes, at, joined)
  }

  recount(): void {
    this.#open = 0
    for (const [, kept] of this.#cells?.entries() ?? []) this.#open += isList(kept) ? kept.length : 0
    if (this.#cells !== undefined) this.#ends = this.#derive(this.#cells)
  }

  end(watermark_ms: number): void {
    const closed = this.#close(watermark_ms)
    for (const [key, { panes, firstEnd_ms }] of this.#touched) {
      const [first] = panes
      if (first === undefined) {
        this.#cells?.delete(key)
        continue
      }
      this.#cells?.set(
        key,
        panes.map(({ from_ms, to_ms, total }) => [from_ms, to_ms, total]),
      )
      if (first.to_ms !== firstEnd_ms) this.#ends?.add(key, first.to_ms)
    }
    this.#touched.clear()
    if (this.#open > this.#open_max) {
      throw new DarqError('backpressure', {
        facts: { expected: `at most ${this.#open_max} open windows`, got: this.#open },
      })
    }
    if (this.#before !== this.#open) this.#marks?.set(this.name, [this.#open])
    for (const { key, from_ms, to_ms, total } of closed)
      this.#next({ key, from_ms, to_ms, value: this.#aggregate.result(total) })
  }

  /** Takes out what is over, in an order that is the same wherever and however often it is asked for. */
  #close(watermark_ms: number): readonly Closed[] {
    let key = this.#ends?.take(watermark_ms)
    for (; key !== undefined; key = this.#ends?.take(watermark_ms)) this.#touch(key)
    const closed: Closed[] = []
    for (const [key, { panes }] of this.#touched) {
      let over = 0
      for (const pane of panes) {
        if (pane.to_ms > watermark_ms) break
        closed.push({ key, ...pane })
        over += 1
      }
      panes.splice(0, over)
    }
    this.#open -= closed.length
    return closed.sort(
      (one, other) =>
        one.to_ms - other.to_ms ||
        one.from_ms - other.from_ms ||
        (one.key < other.key ? -1 : one.key > other.key ? 1 : 0),
    )
  }
}

/** @returns copies, to be changed */
export function panesOf(kept: unknown): Pane[] {
  if (kept === undefined) return []
  if (!isList(kept)) throw foreignState()
  return kept.map((pane) => {
    if (!isList(pane)) throw foreignState()
    const [from_ms, to_ms, total] = pane
    if (typeof from_ms !== 'number' || typeof to_ms !== 'number') throw foreignState()
    return { from_ms, to_ms, total }
  })
}

/** Panes of a key are sorted: the first to begin is the first to end. */
function firstEndOf(kept: unknown): number {
  const first = isList(kept) ? kept[0] : undefined
  const to_ms = isList(first) ? first[1] : undefined
  if (typeof to_ms === 'number') return to_ms
  throw foreignState()
}
