/**
 * What the page knows of one side, kept up to date: its sums as they harden, and what its host has counted.
 *
 * @module
 */
import type { Client, Grade, HostCounts, View } from '@darq/runtime'
import { CountsOverLives } from './counts-over-lives.ts'
import { type DelaysByOrigin, flightsIn } from './delays.ts'
import type { SideFacts } from './snapshot.ts'
import { Standing } from './standing.ts'

/** How long a lost view is left alone before it is asked for again, and a host that shows no change before it is asked what it has counted. */
const poll_ms = 150
/** A host that has not answered for so long counts as away. */
const silence_ms = 1_000
/** How long it is said that something was taken back. */
const taken_back_ms = 4_000

export interface SideOptions {
  readonly client: Client
  /** The DARQ's name. */
  readonly name: string
  readonly watch: (client: Client) => AsyncIterable<View<DelaysByOrigin>>
  readonly changed: () => void
  /** So many flights were shown and are not there any more: their side was lost before they were saved. */
  readonly takenBack: (flights: number) => void
}

export class Side implements SideFacts {
  delays: DelaysByOrigin = {}
  counts: HostCounts | undefined
  reachable = false
  readonly #lives = new CountsOverLives()
  readonly #standing = new Standing()
  #forgetting: ReturnType<typeof setTimeout> | undefined
  /** The sums have changed, so there is something new to count. */
  #viewed = () => {}

  get grade(): Grade {
    return this.#standing.grade
  }

  get flights(): number {
    return this.#standing.flights
  }

  get saved(): number {
    return this.#standing.saved
  }

  get taken_back(): number {
    return this.#standing.taken_back
  }

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
    const { delays, grade, flights, saved, taken_back, counts, duplicates_refused, reachable } = this
    return { delays, grade, flights, saved, taken_back, counts, duplicates_refused, reachable }
  }

  async #followDelays(options: SideOptions): Promise<never> {
    const { client, watch, changed } = options
    for (;;) {
      try {
        for await (const view of watch(client)) this.#show(view, options)
      } catch {
        this.reachable = false
        changed()
      }
      await pause(poll_ms)
    }
  }

  #show(view: View<DelaysByOrigin>, { changed, takenBack }: SideOptions): void {
    if (view.grade === 'withdrawn') {
      this.#standing.withdraw()
      return
    }
    this.delays = view.value
    const lost = this.#standing.show(view.grade, flightsIn(view.value))
    this.reachable = true
    this.#viewed()
    changed()
    if (lost === 0) return
    takenBack(lost)
    clearTimeout(this.#forgetting)
    this.#forgetting = setTimeout(() => {
      this.#standing.forget()
      changed()
    }, taken_back_ms)
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
