/**
 * What happened in a simulation, for people; and a hash of all of it, to see that the same seed does the same again.
 *
 * @module
 */
import { xxh32 } from '@darq/core'
import type { Timeline } from './timeline.ts'

const lines_max = 400
const encoder = new TextEncoder()

export class Trace {
  readonly #timeline: Timeline
  #lines: string[] = []
  #hash = 0

  constructor(timeline: Timeline) {
    this.#timeline = timeline
  }

  note(host: string, what: string): void {
    const line = `${this.#timeline.elapsed_ms.toFixed(1).padStart(10)} ms  ${host.padEnd(8)} ${what}`
    this.#hash = xxh32(encoder.encode(line), this.#hash)
    this.#lines.push(line)
    if (this.#lines.length > 2 * lines_max) this.#lines = this.#lines.slice(-lines_max)
  }

  /** XXH32 over every line there ever was. */
  get hash(): string {
    return this.#hash.toString(16).padStart(8, '0')
  }

  /** The newest lines. */
  get text(): string {
    return this.#lines.slice(-lines_max).join('\n')
  }
}
