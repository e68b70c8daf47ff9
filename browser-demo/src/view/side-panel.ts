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
import { type StandingWords, standingInWords } from './standing-words.ts'

export type SideTone = 'well' | 'waiting' | 'gone'

export class SidePanel {
  readonly #title: string
  readonly #chart: DelayChart
  readonly #table: DelayTable
  readonly #state = make('p', { class: 'state' })
  readonly #sign = make('span', { class: 'sign', 'aria-hidden': 'true' })
  readonly #words = make('span')
  readonly #chip = make('span', { class: 'chip' }, this.#sign, this.#words)
  /** For screen readers: it says how it stands when that has stood for a moment, not at each of many changes a second. */
  readonly #announced = make('p', { class: 'unseen', 'aria-live': 'polite' })
  #announcing: ReturnType<typeof setTimeout> | undefined
  readonly #flights = make('p', { class: 'sum' })
  #shown: DelaysByOrigin | undefined

  constructor(section: HTMLElement, options: { id: string; title: string; place: string; expected: DelaysByOrigin }) {
    const { id, title, place, expected } = options
    this.#title = title
    this.#chart = new DelayChart(title, expected)
    this.#table = new DelayTable(place)
    const heading = make('h2', { id: `${id}-title` }, title, ' ', make('small', {}, place))
    section.replaceChildren(
      make(
        'header',
        {},
        make('div', {}, heading, this.#state),
        make('div', { class: 'right' }, this.#chip, this.#flights),
        this.#announced,
      ),
      this.#chart.root,
      this.#table.root,
    )
  }

  show(facts: SideFacts, tone: SideTone, state: string): void {
    setText(this.#state, state)
    this.#state.dataset.tone = tone
    this.#showHow(standingInWords(facts))
    setText(
      this.#flights,
      `${counted(facts.flights, 'flight')}, ${counted(Object.keys(facts.delays).length, 'origin')}`,
    )
    if (facts.delays === this.#shown) return
    this.#shown = facts.delays
    this.#chart.show(facts.delays)
    this.#table.show(facts.delays)
  }

  #showHow({ how, sign, words }: StandingWords): void {
    setText(this.#sign, sign)
    setText(this.#words, words)
    if (this.#chip.dataset.standing === how) return
    this.#chip.dataset.standing = how
    clearTimeout(this.#announcing)
    const announce = () => setText(this.#announced, `${this.#title}: ${this.#words.textContent}`)
    this.#announcing = setTimeout(announce, how === 'taken-back' ? 0 : announced_after_ms)
  }
}

const announced_after_ms = 800

/** Screen readers announce what is written, even if it is the same as before. */
export function setText(node: Element, text: string): void {
  if (node.textContent !== text) node.textContent = text
}
