/**
 * The network of this browser, with a switch. The page and the workers of all its tabs are cut off together.
 *
 * @module
 */

const channel_name = 'flights-network'

/** The name that a worker is started with, so that it knows from its first moment. */
export type NetworkState = 'online' | 'offline'

export class Network {
  readonly #channel = new BroadcastChannel(channel_name)
  #state: NetworkState

  constructor(state: NetworkState) {
    this.#state = state
    this.#channel.addEventListener('message', ({ data }) => {
      this.#state = data === 'offline' ? 'offline' : 'online'
    })
  }

  get state(): NetworkState {
    return this.#state
  }

  set(state: NetworkState): void {
    this.#state = state
    this.#channel.postMessage(state)
  }

  /** As the platform's `fetch`; offline it fails as that does, and answers that come late don't arrive either. */
  readonly fetch: typeof fetch = async (input, init) => {
    this.#assertOnline()
    const response = await fetch(input, init)
    this.#assertOnline()
    return response
  }

  #assertOnline(): void {
    if (this.#state === 'offline') throw new TypeError('offline')
  }
}
