/**
 * Messages that wait to become one batch.
 *
 * @module
 */
import type { Clock } from '../../engine/types.ts'

interface Group<T> {
  readonly items: T[]
  bodies: number
  readonly run: (items: readonly T[]) => void
  readonly cancel: (() => void) | undefined
}

export class Gathering<T> {
  readonly #clock: Clock
  readonly #groups = new Map<string, Group<T>>()

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /**
   * @param group which batch it belongs to
   * @param bodies how many bodies it counts for
   * @param wait_ms how long the first may wait; `undefined`: until `flush`
   * @param run is called once per batch, when it is full or has waited
   */
  add(
    group: string,
    item: T,
    bodies: number,
    batch: number,
    wait_ms: number | undefined,
    run: (items: readonly T[]) => void,
  ): void {
    let found = this.#groups.get(group)
    if (found === undefined) {
      const cancel =
        wait_ms === undefined ? undefined : this.#clock.wake(this.#clock.now_ms() + wait_ms, () => this.#run(group))
      found = { items: [], bodies: 0, run, cancel }
      this.#groups.set(group, found)
    }
    found.items.push(item)
    found.bodies += bodies
    if (found.bodies >= batch) this.#run(group)
  }

  /** Runs what waits for nothing but company. */
  flush(): void {
    for (const [group, { cancel }] of [...this.#groups]) if (cancel === undefined) this.#run(group)
  }

  #run(group: string): void {
    const found = this.#groups.get(group)
    if (found === undefined) return
    this.#groups.delete(group)
    found.cancel?.()
    found.run(found.items)
  }

  stop(): void {
    for (const { cancel } of this.#groups.values()) cancel?.()
    this.#groups.clear()
  }
}
