/**
 * Looks at the edge without the page: straight at workerd, past the proxy.
 *
 * @module
 */
import { type Client, connect } from '@darq/runtime'
import { CountsOverLives } from '../src/counts-over-lives.ts'
import type { DelaysByOrigin } from '../src/delays.ts'
import { Totals } from '../src/flights.address.ts'
import { visitorToken } from '../src/visitor-token.ts'

const poll_ms = 40

export class EdgeObserver {
  readonly counts = new CountsOverLives()
  readonly #client: Client
  #watching = true
  readonly #watched: Promise<void>

  /** @param url where workerd listens */
  constructor(url: URL) {
    const token = visitorToken((path) => fetch(new URL(String(path), url)))
    this.#client = connect(new URL('/darq', url), { token })
    this.#watched = this.#watch()
  }

  /** The sums, when they are committed. */
  async delays(): Promise<DelaysByOrigin> {
    return await this.#client.query(Totals.delays(), { grade: 'committed' })
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#watching = false
    await this.#watched
    await this.#client.close()
  }

  /** Sees what the edge has counted up to now. Resolves when it has answered. */
  async see(): Promise<void> {
    this.counts.see(await this.#client.inspect('totals').counts())
  }

  async #watch(): Promise<void> {
    while (this.#watching) {
      // A dead edge has counted nothing.
      await this.see().catch(() => undefined)
      await new Promise((resolve) => setTimeout(resolve, poll_ms))
    }
  }
}
