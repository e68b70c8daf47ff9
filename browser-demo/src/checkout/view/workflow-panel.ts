/**
 * One side of the checkout: its workflow's name and state, and its steps as a timeline.
 *
 * @module
 */

import type { How } from '../../followed.ts'
import { make } from '../../view/element.ts'
import { type SideTone, setText } from '../../view/side-panel.ts'
import type { TimelineLine } from '../timeline.ts'

export interface WorkflowFacts {
  readonly tone: SideTone
  /** Of the host. */
  readonly state: string
  /** Where the workflow is; undefined while there is none. */
  readonly words: string | undefined
  readonly how: How
  /** Which instance. */
  readonly about: string
  readonly lines: readonly TimelineLine[]
}

const signs: Readonly<Record<How, string>> = { pending: '◌', saved: '✓', 'taken-back': '↩\ufe0e' }
const said: Readonly<Record<How, string>> = { pending: 'pending', saved: 'saved', 'taken-back': 'taken back' }
const outcomes: Readonly<Record<TimelineLine['outcome'], string>> = {
  waits: 'waits …',
  ok: '',
  failed: 'failed',
  dropped: 'dropped',
}

export class WorkflowPanel {
  readonly #title: string
  readonly #state = make('p', { class: 'state' })
  readonly #sign = make('span', { class: 'sign', 'aria-hidden': 'true' })
  readonly #words = make('span')
  readonly #chip = make('span', { class: 'chip' }, this.#sign, this.#words)
  readonly #announced = make('p', { class: 'unseen', 'aria-live': 'polite' })
  readonly #about = make('p', { class: 'sum' })
  readonly #steps: HTMLOListElement
  #shown = ''

  constructor(section: HTMLElement, options: { id: string; title: string; place: string; empty: string }) {
    const { id, title, place, empty } = options
    this.#title = title
    this.#steps = make('ol', { class: 'steps', 'aria-label': `Steps, ${place}`, 'data-empty': empty })
    const heading = make('h2', { id: `${id}-title` }, title, ' ', make('small', {}, place))
    section.replaceChildren(
      make(
        'header',
        {},
        make('div', {}, heading, this.#state),
        make('div', { class: 'right' }, this.#chip, this.#about),
        this.#announced,
      ),
      this.#steps,
    )
  }

  show({ tone, state, words, how, about, lines }: WorkflowFacts): void {
    setText(this.#state, state)
    this.#state.dataset.tone = tone
    this.#chip.hidden = words === undefined
    this.#chip.dataset.standing = how
    setText(this.#sign, signs[how])
    setText(this.#words, words === undefined ? '' : `${words}, ${said[how]}`)
    if (how !== 'pending') setText(this.#announced, words === undefined ? '' : `${this.#title}: ${words}, ${said[how]}`)
    setText(this.#about, about)
    const now = JSON.stringify(lines)
    if (now === this.#shown) return
    this.#shown = now
    this.#steps.replaceChildren(...lines.map(lineOf))
  }
}

function lineOf({ what, outcome, after_ms, took_ms, how }: TimelineLine): HTMLLIElement {
  const sign = make('span', { class: 'sign', 'aria-hidden': 'true' }, signs[how])
  const time = make('span', { class: 'at' }, `+${seconds(after_ms)}`)
  const name = make('span', { class: 'what' }, what)
  const took = took_ms === undefined || took_ms < 1 ? '' : seconds(took_ms)
  const end = make('span', { class: 'end' }, [outcomes[outcome], took].filter((text) => text !== '').join(' '))
  const grade = make('span', { class: 'unseen' }, said[how])
  return make('li', { 'data-standing': how, 'data-outcome': outcome }, sign, time, name, end, grade)
}

function seconds(milliseconds: number): string {
  return milliseconds < 1_000 ? `${Math.round(milliseconds)} ms` : `${(milliseconds / 1_000).toFixed(1)} s`
}
