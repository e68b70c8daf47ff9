/**
 * A watched value, as the page shows it: how sure it is, what of it is saved, and what was shown and taken back.
 *
 * @module
 */
import type { Frozen, Grade, View } from '@darq/runtime'
import { whenSeen, whileSeen } from './visibility.ts'

/** How a value stands, in the words of the page. */
export type How = 'pending' | 'saved' | 'taken-back'

export interface FollowedFacts<T> {
  readonly value: Frozen<T> | undefined
  /** The newest that was committed. */
  readonly saved: Frozen<T> | undefined
  /** What was shown and is not so any more, for a moment. */
  readonly lost: Frozen<T> | undefined
  readonly how: How
}

/** How long a lost watch is left alone before it is asked for again. */
const pause_ms = 150
/** How long it is said that something was taken back. */
const taken_back_ms = 4_000

export class Followed<T> implements FollowedFacts<T> {
  value: Frozen<T> | undefined
  saved: Frozen<T> | undefined
  lost: Frozen<T> | undefined
  #grade: Grade = 'accepted'
  #isWithdrawn = false
  #forgetting: ReturnType<typeof setTimeout> | undefined
  readonly #changed: () => void

  constructor(changed: () => void) {
    this.#changed = changed
  }

  get how(): How {
    if (this.lost !== undefined) return 'taken-back'
    return this.#grade === 'committed' ? 'saved' : 'pending'
  }

  /** A copy: what is known now. */
  facts(): FollowedFacts<T> {
    const { value, saved, lost, how } = this
    return { value, saved, lost, how }
  }

  /** Follows it until `over`, while the page is seen. Losing sight of it is no error: it is what the page is about. */
  async follow(watch: (options: { signal: AbortSignal }) => AsyncIterable<View<T>>, over: AbortSignal): Promise<void> {
    while (!over.aborted) {
      await whenSeen(over)
      try {
        for await (const view of watch({ signal: whileSeen(over) })) this.see(view)
      } catch {
        // What it was is shown until it is seen again.
      }
      await new Promise((resolve) => setTimeout(resolve, pause_ms))
    }
  }

  see(view: View<T>): void {
    if (view.grade === 'withdrawn') {
      this.#isWithdrawn = true
      return
    }
    const before = this.value
    if (this.#isWithdrawn && before !== undefined && JSON.stringify(before) !== JSON.stringify(view.value))
      this.#takenBack(before)
    this.#isWithdrawn = false
    this.value = view.value
    this.#grade = view.grade
    if (view.grade === 'committed') this.saved = view.value
    this.#changed()
  }

  #takenBack(lost: Frozen<T>): void {
    this.lost = lost
    clearTimeout(this.#forgetting)
    this.#forgetting = setTimeout(() => {
      this.lost = undefined
      this.#changed()
    }, taken_back_ms)
  }
}
