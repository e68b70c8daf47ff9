/**
 * What a live view shows: the newest results, this many at most.
 *
 * @module
 */
import { type Change, refusePromise } from './erased.ts'
import { type Cells, cellsOf, foreignState, isList, marks_table, numbersOf, type StreamStep, text } from './operator.ts'

export class Rows {
  readonly #name: string
  readonly #rows_max: number
  readonly #by: Change | undefined
  #cells: Cells | undefined
  #marks: Cells | undefined
  #count = 0
  #before = 0

  constructor(name: string, rows_max: number, by: Change | undefined) {
    this.#name = name
    this.#rows_max = rows_max
    this.#by = by
  }

  begin(step: StreamStep): void {
    this.#cells = cellsOf(step, this.#name)
    this.#marks = cellsOf(step, marks_table)
    const kept = this.#marks.get(this.#name)
    this.#count = kept === undefined ? 0 : (numbersOf(kept, 1)[0] ?? 0)
    this.#before = this.#count
  }

  push(value: unknown): void {
    const place = this.#by?.(value)
    refusePromise(place)
    this.#cells?.set(this.#by === undefined ? `${this.#count % this.#rows_max}` : text(place), [this.#count, value])
    this.#count += 1
  }

  end(): void {
    if (this.#count === this.#before) return
    this.#marks?.set(this.#name, [this.#count])
    const surplus = (this.#cells?.size ?? 0) - this.#rows_max
    if (surplus <= 0) return
    for (const { place } of placed(this.#cells).slice(0, surplus)) this.#cells?.delete(place)
  }
}

/** @returns the rows of a view, oldest first */
export function rowsOf(cells: Pick<Cells, 'entries'> | undefined): readonly unknown[] {
  return placed(cells).map(({ value }) => value)
}

function placed(
  cells: Pick<Cells, 'entries'> | undefined,
): readonly { readonly place: string; readonly value: unknown }[] {
  return [...(cells?.entries() ?? [])]
    .map(([place, row]) => {
      const [number, value] = isList(row) ? row : []
      if (typeof number !== 'number') throw foreignState()
      return { place, number, value }
    })
    .sort((one, other) => one.number - other.number)
}
