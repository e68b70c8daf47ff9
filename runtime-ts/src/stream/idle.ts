/**
 * Notices that a stream is silent, by a timer of its own.
 *
 * @module
 */
import { cellsOf, marks_table, numbersOf, type StreamStep } from './operator.ts'

export const idle_word = 'stream:idle'
const mark = 'idle'

export class Idle {
  readonly #idle_ms: number

  constructor(idle_ms: number) {
    this.#idle_ms = idle_ms
  }

  /** Within a step that has taken records. One timer is set at a time: it is not replaced by each record. */
  heard(step: StreamStep): void {
    const marks = cellsOf(step, marks_table)
    if (marks.get(mark) === undefined) this.#wake(step, step.now_ms + this.#idle_ms)
    marks.set(mark, [step.now_ms])
  }

  #wake(step: StreamStep, at: number): void {
    const message = step.own[idle_word]?.(null)
    if (message !== undefined) step.send(message, { at, timer: idle_word })
  }

  /** Within the timer's step. @returns whether nothing has come for long enough; else it asks again later */
  isSilent(step: StreamStep): boolean {
    const marks = cellsOf(step, marks_table)
    const kept = marks.get(mark)
    const [heard_ms = step.now_ms] = kept === undefined ? [] : numbersOf(kept, 1)
    if (step.now_ms - heard_ms >= this.#idle_ms) {
      marks.delete(mark)
      return true
    }
    this.#wake(step, heard_ms + this.#idle_ms)
    return false
  }
}
