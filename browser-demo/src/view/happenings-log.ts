/** What happened, newest first. */
import { make } from './element.ts'

const entries_max = 60

export class HappeningsLog {
  readonly #list: HTMLOListElement

  constructor(list: HTMLOListElement) {
    this.#list = list
  }

  add(what: string): void {
    const now = new Date()
    const time = make('time', { datetime: now.toISOString() }, now.toLocaleTimeString('en-GB'))
    this.#list.prepend(make('li', {}, time, ' ', make('span', {}, what)))
    while (this.#list.childElementCount > entries_max) this.#list.lastElementChild?.remove()
  }
}
