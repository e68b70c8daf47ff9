/**
 * One side of the page: its name and state, the chart and the table.
 *
 * @module
 */
import type { DelaysByOrigin } from '../delays.ts'
import type { SideFacts } from '../snapshot.ts'
import { DelayChart } from './delay-chart.ts'
import { DelayTable } from './delay-table.ts'
import { make } from './element.ts'
import { counted } from './number.ts'

export type SideTone = 'well' | 'waiting' | 'gone'

export class SidePanel {
  readonly #chart: DelayChart
  readonly #table: DelayTable
  readonly #state = make('p', { class: 'state' })
  readonly #grade = make('span', { class: 'chip' })
  readonly #flights = make('p', { class: 'sum' })
  #shown: DelaysByOrigin | undefined

  constructor(section: HTMLElement, options: { id: string; title: string; place: string; expected: DelaysByOrigin }) {
    const { id, title, place, expected } = options
    this.#chart = new DelayChart(title, expected)
    this.#table = new DelayTable(place)
    const heading = make('h2', { id: `${id}-title` }, title, ' ', make('small', {}, place))
    section.replaceChildren(
      make(
        'header',
        {},
        make('div', {}, heading, this.#state),
        make('div', { class: 'right' }, this.#grade, this.#flights),
      ),
      this.#chart.root,
      this.#table.root,
    )
  }

  show(facts: SideFacts, tone: SideTone, state: string): void {
    setText(this.#state, state)
    this.#state.dataset.tone = tone
    setText(this.#grade, facts.grade)
    this.#grade.dataset.grade = facts.grade
    setText(
      this.#flights,
      `${counted(facts.flights, 'flight')}, ${counted(Object.keys(facts.delays).length, 'origin')}`,
    )
    if (facts.delays === this.#shown) return
    this.#shown = facts.delays
    this.#chart.show(facts.delays)
    this.#table.show(facts.delays)
  }
}

/** Screen readers announce what is written, even if it is the same as before. */
export function setText(node: Element, text: string): void {
  if (node.textContent !== text) node.textContent = text
}
