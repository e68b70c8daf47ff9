/**
 * A cell for each window: airports down, days across. Places come from the file, so that cells stay where they are; a cell
 * is darker the longer the mean delay.
 *
 * @module
 */
import { draw } from '../../view/element.ts'
import { count, minutes } from '../../view/number.ts'
import type { Cell } from '../cells.ts'
import { airports, day_ms } from '../late-departure.ts'

const row_height = 17
const left = 34
const top = 16
/** Minutes from which on a cell is one darker. */
const levels = [30, 45, 60, 120]

export class WindowMap {
  readonly root: SVGSVGElement
  readonly #from_ms: number
  readonly #days: number
  readonly #rects = new Map<string, SVGRectElement>()

  /** @param times_ms of all departures, at least one */
  constructor(times_ms: readonly number[]) {
    const [first_ms, last_ms] = times_ms.reduce(
      ([low, high], time_ms) => [Math.min(low, time_ms), Math.max(high, time_ms)],
      [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY],
    )
    this.#from_ms = Math.floor(first_ms / day_ms) * day_ms
    this.#days = Math.floor((last_ms - this.#from_ms) / day_ms) + 1
    const width = 960
    const height = top + airports.length * row_height
    this.root = draw('svg', { class: 'windows', role: 'img', viewBox: `0 0 ${width} ${height}` })
    for (const [row, airport] of airports.entries())
      this.root.append(draw('text', { x: 0, y: top + row * row_height + 12 }, airport))
    for (let day = 0; day < this.#days; day += 1) {
      const date = new Date(this.#from_ms + day * day_ms)
      if (day > 0 && date.getUTCDate() !== 1) continue
      const name = date.toLocaleString('en-GB', { month: 'long', year: 'numeric', timeZone: 'UTC' })
      this.root.append(draw('text', { x: left + day * this.#width, y: 10 }, name))
    }
  }

  get #width(): number {
    return (960 - left) / this.#days
  }

  show(cells: ReadonlyMap<string, Cell>): void {
    for (const [name, rect] of this.#rects) {
      if (cells.has(name)) continue
      rect.remove()
      this.#rects.delete(name)
    }
    for (const [name, cell] of cells) this.#showCell(name, cell)
    const open = [...cells.values()].filter(({ isOpen }) => isOpen).length
    this.root.setAttribute('aria-label', `${count(cells.size - open)} closed windows, ${count(open)} open ones`)
  }

  #showCell(name: string, { key, from_ms, value, how, isOpen }: Cell): void {
    let rect = this.#rects.get(name)
    if (rect === undefined) {
      const day = Math.round((from_ms - this.#from_ms) / day_ms)
      rect = draw('rect', {
        ...{ x: left + day * this.#width + 0.75, y: top + airports.indexOf(key) * row_height + 0.75 },
        ...{ width: this.#width - 1.5, height: row_height - 1.5, rx: 2 },
      })
      rect.append(draw('title'))
      this.#rects.set(name, rect)
      this.root.append(rect)
    }
    const level = levels.filter((from) => value >= from).length
    const now = `${level} ${how} ${isOpen} ${value}`
    if (rect.dataset.now === now) return
    Object.assign(rect.dataset, { now, level: String(level), how, open: String(isOpen) })
    const day = new Date(from_ms).toLocaleDateString('en-GB', { day: 'numeric', month: 'long', timeZone: 'UTC' })
    const state = `${isOpen ? 'open, ' : ''}${how === 'taken-back' ? 'taken back' : how}`
    const title = rect.querySelector('title')
    if (title !== null) title.textContent = `${key}, ${day}: ${minutes(value)} minutes (${state})`
  }
}
