/**
 * The origins of one side as a table: sorted by any column, the first rows at once and all of them at a button's press.
 *
 * @module
 */
import { type Delay, type DelaysByOrigin, meanOf } from '../delays.ts'
import { make } from './element.ts'
import { count, minutes } from './number.ts'

const rows_first = 8

type Row = readonly [origin: string, delay: Delay]

interface Column {
  readonly title: string
  readonly cell: (row: Row) => string
  readonly compare: (a: Row, b: Row) => number
}

const columns: readonly [Column, ...Column[]] = [
  { title: 'Origin', cell: ([origin]) => origin, compare: ([a], [b]) => a.localeCompare(b) },
  { title: 'Flights', cell: ([, delay]) => count(delay.count), compare: ([, a], [, b]) => b.count - a.count },
  {
    title: 'Mean delay',
    cell: ([, delay]) => minutes(meanOf(delay)),
    compare: ([, a], [, b]) => meanOf(b) - meanOf(a),
  },
  { title: 'Worst', cell: ([, delay]) => count(delay.worst), compare: ([, a], [, b]) => b.worst - a.worst },
]

export class DelayTable {
  readonly root: HTMLElement
  readonly #headings: HTMLTableCellElement[] = []
  readonly #body = make('tbody')
  readonly #more = make('button', { type: 'button', class: 'more', 'aria-expanded': 'false' })
  #delays: DelaysByOrigin = {}
  #sorted = 1
  #all = false

  constructor(side: string) {
    const caption = make('caption', {}, `Delays per origin, ${side}; minutes`)
    const row = make('tr')
    columns.forEach((column, i) => {
      const button = make('button', { type: 'button' }, column.title)
      button.addEventListener('click', () => this.#sortBy(i))
      const heading = make('th', { scope: 'col' }, button)
      this.#headings.push(heading)
      row.append(heading)
    })
    this.#more.addEventListener('click', () => {
      this.#all = !this.#all
      this.#fill()
    })
    const table = make('table', {}, caption, make('thead', {}, row), this.#body)
    this.root = make(
      'div',
      { class: 'delays' },
      make('div', { class: 'scroll', tabindex: '0', role: 'region', 'aria-label': `Origins, ${side}` }, table),
      this.#more,
    )
    this.#sortBy(this.#sorted)
  }

  show(delays: DelaysByOrigin): void {
    this.#delays = delays
    this.#fill()
  }

  #sortBy(index: number): void {
    this.#sorted = index
    this.#headings.forEach((heading, i) => {
      const order = i === 0 ? 'ascending' : 'descending'
      heading.setAttribute('aria-sort', i === index ? order : 'none')
    })
    this.#fill()
  }

  #fill(): void {
    const { compare } = columns[this.#sorted] ?? columns[0]
    const rows = Object.entries(this.#delays).sort((a, b) => compare(a, b) || a[0].localeCompare(b[0]))
    const shown = this.#all ? rows : rows.slice(0, rows_first)
    this.#body.replaceChildren(
      ...shown.map((row) => {
        const cells = columns.map(({ cell }, i) =>
          make(i === 0 ? 'th' : 'td', i === 0 ? { scope: 'row' } : {}, cell(row)),
        )
        return make('tr', {}, ...cells)
      }),
    )
    this.#more.hidden = rows.length <= rows_first
    this.#more.textContent = this.#all ? `Show the first ${rows_first}` : `Show all ${rows.length} origins`
    this.#more.setAttribute('aria-expanded', String(this.#all))
  }
}
