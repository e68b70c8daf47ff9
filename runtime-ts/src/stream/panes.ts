/**
 * Windows that are open: for each key its panes, and the running total of each.
 *
 * @module
 */
import { DarqError } from '../error.ts'
import type { AnyAggregate } from './aggregate.ts'
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

interface Closed extends Pane {
  readonly key: string
}

export class Panes implements KeyedOperator {
  readonly name: string
  readonly #window: AnyWindow
  readonly #aggregate: AnyAggregate
  readonly #open_max: number
  readonly #next: Push
  /** Of the keys that this step has touched: from here they go back into the table, sorted by time. */
  readonly #touched = new Map<string, Pane[]>()
  #cells: Cells | undefined
  #marks: Cells | undefined
  /** No pane ends before. */
  #firstEnd_ms = Number.POSITIVE_INFINITY
  #open = 0
  #before = ''

  constructor(name: string, window: AnyWindow, aggregate: AnyAggregate, open_max: number, next: Push) {
    this.name = name
    this.#window = window
    this.#aggregate = aggregate
    this.#open_max = open_max
    this.#next = next
  }

  begin(step: StreamStep): void {
    this.#touched.clear()
    this.#cells = cellsOf(step, this.name)
    this.#marks = cellsOf(step, marks_table)
    const kept = this.#marks.get(this.name)
    const [firstEnd_ms, open] = kept === undefined ? [Number.POSITIVE_INFINITY, 0] : numbersOf(kept, 2)
    this.#firstEnd_ms = firstEnd_ms ?? Number.POSITIVE_INFINITY
    this.#open = open ?? 0
    this.#before = `${this.#firstEnd_ms} ${this.#open}`
  }

  take(key: string, value: unknown, time_ms: number, watermark_ms: number): void {
    let panes = this.#touched.get(key)
    if (panes === undefined) {
      panes = panesOf(this.#cells?.get(key))
      this.#touched.set(key, panes)
    }
    const { size_ms, every_ms, kind } = this.#window
    if (kind === 'session') {
      this.#extend(panes, value, time_ms, watermark_ms)
      return
    }
    for (let from_ms = firstStart(this.#window, time_ms); from_ms <= time_ms; from_ms += every_ms) {
      if (from_ms + size_ms > watermark_ms) this.#add(panes, from_ms, value)
    }
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
    if (pane.to_ms < this.#firstEnd_ms) this.#firstEnd_ms = pane.to_ms
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
    this.#firstEnd_ms = this.#findFirstEnd()
  }

  end(watermark_ms: number): void {
    const closed = watermark_ms < this.#firstEnd_ms ? [] : this.#close(watermark_ms)
    for (const [key, panes] of this.#touched) {
      if (panes.length === 0) this.#cells?.delete(key)
      else
        this.#cells?.set(
          key,
          panes.map(({ from_ms, to_ms, total }) => [from_ms, to_ms, total]),
        )
    }
    this.#touched.clear()
    if (this.#open > this.#open_max) {
      throw new DarqError('backpressure', {
        facts: { expected: `at most ${this.#open_max} open windows`, got: this.#open },
      })
    }
    if (this.#before !== `${this.#firstEnd_ms} ${this.#open}`)
      this.#marks?.set(this.name, [this.#firstEnd_ms, this.#open])
    for (const { key, from_ms, to_ms, total } of closed)
      this.#next({ key, from_ms, to_ms, value: this.#aggregate.result(total) })
  }

  /** Takes out what is over, in an order that is the same wherever and however often it is asked for. */
  #close(watermark_ms: number): readonly Closed[] {
    for (const [key, kept] of this.#cells?.entries() ?? []) {
      if (this.#touched.has(key) || firstEndOf(kept) > watermark_ms) continue
      this.#touched.set(key, panesOf(kept))
    }
    const closed: Closed[] = []
    for (const [key, panes] of this.#touched) {
      let over = 0
      for (const pane of panes) {
        if (pane.to_ms > watermark_ms) break
        closed.push({ key, ...pane })
        over += 1
      }
      panes.splice(0, over)
    }
    this.#open -= closed.length
    this.#firstEnd_ms = this.#findFirstEnd()
    return closed.sort(
      (one, other) =>
        one.to_ms - other.to_ms ||
        one.from_ms - other.from_ms ||
        (one.key < other.key ? -1 : one.key > other.key ? 1 : 0),
    )
  }

  #findFirstEnd(): number {
    let first_ms = Number.POSITIVE_INFINITY
    for (const [key, kept] of this.#cells?.entries() ?? [])
      if (!this.#touched.has(key)) first_ms = Math.min(first_ms, firstEndOf(kept))
    for (const [pane] of this.#touched.values()) if (pane !== undefined) first_ms = Math.min(first_ms, pane.to_ms)
    return first_ms
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
