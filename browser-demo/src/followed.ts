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
  /** Undefined while there is none: none came yet, or it was withdrawn. */
  readonly value: Frozen<T> | undefined
  /** The newest that was committed. */
  readonly saved: Frozen<T> | undefined
  /** What was shown and is not so any more: until something stands instead, and a moment longer. */
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
    if (view.grade === 'withdrawn') this.#withdraw()
    else {
      this.#forget(view.value)
      this.value = view.value
      this.#grade = view.grade
      if (view.grade === 'committed') this.saved = view.value
    }
    this.#changed()
  }

  /** What stands instead has not come yet. */
  #withdraw(): void {
    clearTimeout(this.#forgetting)
    this.lost = this.value ?? this.lost
    this.value = undefined
  }

  /** What has come again is not missed by anybody. */
  #forget(come: Frozen<T>): void {
    if (this.lost === undefined || this.value !== undefined) return
    const forget = (): void => {
      this.lost = undefined
      this.#changed()
    }
    if (JSON.stringify(this.lost) === JSON.stringify(come)) this.lost = undefined
    else this.#forgetting = setTimeout(forget, taken_back_ms)
  }
}
