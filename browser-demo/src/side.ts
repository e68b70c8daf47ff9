/**
 * What the page knows of one side, kept up to date: its sums as they harden, and what its host has counted.
 *
 * @module
 */
import type { Client, Grade, HostCounts, View } from '@darq/runtime'
import { CountsOverLives } from './counts-over-lives.ts'
import { type DelaysByOrigin, flightsIn } from './delays.ts'
import type { SideFacts } from './snapshot.ts'

/** How long a lost view is left alone before it is asked for again, and a host that shows no change before it is asked what it has counted. */
const poll_ms = 150
/** A host that has not answered for so long counts as away. */
const silence_ms = 1_000

export interface SideOptions {
  readonly client: Client
  /** The DARQ's name. */
  readonly name: string
  readonly watch: (client: Client) => AsyncIterable<View<DelaysByOrigin>>
  readonly changed: () => void
}

export class Side implements SideFacts {
  delays: DelaysByOrigin = {}
  grade: Grade = 'accepted'
  flights = 0
  counts: HostCounts | undefined
  reachable = false
  readonly #lives = new CountsOverLives()
  /** The sums have changed, so there is something new to count. */
  #viewed = () => {}

  get duplicates_refused(): number {
    return this.#lives.duplicates_refused
  }

  /** Follows that side for as long as the page lives. Losing it is no error here: it is what the page is about. */
  follow(options: SideOptions): void {
    void this.#followDelays(options)
    void this.#followCounts(options)
  }

  /** A copy: what is known now. */
  facts(): SideFacts {
    const { delays, grade, flights, counts, duplicates_refused, reachable } = this
    return { delays, grade, flights, counts, duplicates_refused, reachable }
  }

  async #followDelays({ client, watch, changed }: SideOptions): Promise<never> {
    for (;;) {
      try {
        for await (const view of watch(client)) {
          if (view.grade === 'withdrawn') continue
          this.delays = view.value
          this.grade = view.grade
          this.flights = flightsIn(view.value)
          this.reachable = true
          this.#viewed()
          changed()
        }
      } catch {
        this.reachable = false
        changed()
      }
      await pause(poll_ms)
    }
  }

  async #followCounts({ client, name, changed }: SideOptions): Promise<never> {
    for (;;) {
      // A client waits for a host that is away, so silence is all that tells.
      const silent = setTimeout(() => {
        this.reachable = false
        changed()
      }, silence_ms)
      try {
        this.counts = await client.inspect(name).counts()
        this.#lives.see(this.counts)
        this.reachable = true
      } catch {
        this.reachable = false
      }
      clearTimeout(silent)
      changed()
      const viewed = new Promise<void>((resolve) => {
        this.#viewed = resolve
      })
      await Promise.race([viewed, pause(poll_ms)])
    }
  }
}

function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds))
}
