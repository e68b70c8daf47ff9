/**
 * The results at the edge, by airport: how many have come, how many of them are saved, and how many must come.
 *
 * @module
 */
import { make } from '../../view/element.ts'
import { count, minutes } from '../../view/number.ts'
import { setText } from '../../view/side-panel.ts'
import { airports } from '../late-departure.ts'
import type { Received } from '../lateness.address.ts'

type ByAirport = Readonly<Record<string, Received>>

interface Row {
  readonly meter: HTMLMeterElement
  readonly figures: HTMLElement
}

export class ReceivedList {
  readonly #expected: ByAirport
  readonly #rows = new Map<string, Row>()

  constructor(list: HTMLOListElement, expected: ByAirport) {
    this.#expected = expected
    for (const airport of airports) {
      const all = expected[airport]?.windows ?? 0
      const meter = make('meter', { min: '0', max: String(Math.max(1, all)), 'aria-label': `Results of ${airport}` })
      const figures = make('span', { class: 'end' })
      this.#rows.set(airport, { meter, figures })
      list.append(make('li', {}, make('span', { class: 'what' }, airport), meter, figures))
    }
  }

  show(received: ByAirport): void {
    for (const [airport, { meter, figures }] of this.#rows) {
      const { windows, sum } = received[airport] ?? { windows: 0, sum: 0 }
      meter.value = windows
      const mean = windows === 0 ? '' : `, ${minutes(sum / windows)} min`
      setText(figures, `${count(windows)} of ${count(this.#expected[airport]?.windows ?? 0)}${mean}`)
    }
  }
}
