/**
 * What an instance has done, for people to look at: the newest lines of it.
 *
 * @module
 */
import type { StepFacts } from './journal.ts'

const lines_max = 256
const what_max = 200

interface Line {
  readonly what: string
  readonly at_ms: number
  ended_ms?: number
  outcome: StepFacts['outcome']
}

export class Timeline {
  /** By the number of the command; what has only happened has none of its own. */
  readonly #lines = new Map<number | string, Line>()
  #happened = 0

  began(index: number, name: string, at_ms: number, isWaited: boolean): void {
    const what = name.slice(0, what_max)
    this.#add(index, isWaited ? { what, at_ms, outcome: 'waits' } : { what, at_ms, ended_ms: at_ms, outcome: 'ok' })
  }

  happened(name: string, at_ms: number): void {
    const what = name.slice(0, what_max)
    this.#happened += 1
    this.#add(`event ${this.#happened}`, { what, at_ms, ended_ms: at_ms, outcome: 'ok' })
  }

  ended(index: number, at_ms: number, outcome: StepFacts['outcome']): void {
    const line = this.#lines.get(index)
    if (line === undefined) return
    line.ended_ms = at_ms
    line.outcome = outcome
  }

  /** The instance has ended: what it still waited for is dropped. */
  close(at_ms: number): void {
    for (const [id, { outcome }] of this.#lines)
      if (outcome === 'waits' && typeof id === 'number') this.ended(id, at_ms, 'dropped')
  }

  #add(id: number | string, line: Line): void {
    this.#lines.set(id, line)
    if (this.#lines.size <= lines_max) return
    for (const oldest of this.#lines.keys()) {
      this.#lines.delete(oldest)
      return
    }
  }

  /** @param count of the newest */
  lines(count = lines_max): StepFacts[] {
    return [...this.#lines.values()].slice(-count).map((line) => ({ ...line }))
  }
}
