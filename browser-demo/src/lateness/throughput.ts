/**
 * How many a second, over the last moment.
 *
 * @module
 */
const span_ms = 1_500

export class Throughput {
  #seen: { readonly count: number; readonly at_ms: number }[] = []

  /** There were `count` at that time. What was taken back counts for nothing, when it comes again neither. */
  see(count: number, at_ms: number): void {
    this.#seen = [...this.#seen.filter((one) => at_ms - one.at_ms <= span_ms), { count, at_ms }]
  }

  get per_second(): number {
    const [first, last] = [this.#seen.at(0), this.#seen.at(-1)]
    if (first === undefined || last === undefined || last.at_ms === first.at_ms) return 0
    return Math.max(0, ((last.count - first.count) / (last.at_ms - first.at_ms)) * 1_000)
  }
}
