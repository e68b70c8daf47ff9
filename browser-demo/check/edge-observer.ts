/**
 * Looks at the edge without the page: straight at workerd, past the proxy.
 *
 * @module
 */
import { type Client, connect, type HostCounts } from '@darq/runtime'
import { CountsOverLives } from '../src/counts-over-lives.ts'
import type { DelaysByOrigin } from '../src/delays.ts'
import { Totals } from '../src/flights.address.ts'
import { visitorToken } from '../src/visitor-token.ts'

const poll_ms = 40

export class EdgeObserver {
  readonly counts = new CountsOverLives()
  /** Of the newest life that has answered. */
  epoch: number | undefined
  readonly #url: URL
  readonly #token: () => Promise<string>
  readonly #client: Client
  #watching = true
  readonly #watched: Promise<void>

  /** @param url where workerd listens */
  constructor(url: URL) {
    this.#url = url
    this.#token = visitorToken((path) => fetch(new URL(String(path), url)))
    this.#client = connect(new URL('/darq', url), { token: this.#token })
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

  /**
   * Sees what the edge has counted up to now. Asks once, without a client's patience, to notice the first moment of a new life.
   *
   * @throws {Error} when there is none now
   */
  async see(): Promise<void> {
    const headers = { Authorization: `Bearer ${await this.#token()}` }
    const response = await fetch(new URL('/darq/totals/counts', this.#url), { headers })
    if (!response.ok) throw new Error(`the edge answered ${response.status}`)
    const counts: HostCounts = await response.json()
    this.counts.see(counts)
    this.epoch = counts.epoch
  }

  async #watch(): Promise<void> {
    while (this.#watching) {
      // A dead edge has counted nothing.
      await this.see().catch(() => undefined)
      await new Promise((resolve) => setTimeout(resolve, poll_ms))
    }
  }
}
