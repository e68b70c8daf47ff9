/**
 * The simulated world as an application's driver sees it.
 *
 * @module
 */
import type { Client } from '../crest/client/client-types.ts'
import { milliseconds, type Span } from '../crest/define/span.ts'
import type { Simulation } from './world.ts'

/** The world as the application's driver sees it: a client of all its hosts, chance, and time. */
export interface World extends Client {
  readonly seed: number
  /** Uniform in [0, 1); the same for the same seed. */
  random(): number
  /** Resolves when so much virtual time has passed. */
  advance(by: Span): Promise<void>
  /** Another client: a producer of its own, as after a reload. With a `session` (`''`: a new one) it keeps one. */
  connect(options?: { readonly session?: string }): Client
  /** The name of the host where a DARQ lives; undefined if it lives nowhere. */
  hostOf(darq: string): string | undefined
}

export function worldOf(simulation: Simulation): World {
  const { client, seed, random, timeline } = simulation
  return {
    seed,
    random: random.next,
    connect: ({ session } = {}) => simulation.clients.open(`client-${seed}-${simulation.clients.opened}`, session),
    hostOf: (darq) => simulation.hostOf(darq),
    advance: (by) => new Promise((resolve) => void timeline.after(milliseconds(by), resolve)),
    send: (message, options) => client.send(message, options),
    call: (message, options) => client.call(message, options),
    query: (message, options) => client.query(message, options),
    watch: (message, options) => client.watch(message, options),
    inspect: (name) => client.inspect(name),
    get session() {
      return client.session
    },
    close: () => client.close(),
    [Symbol.asyncDispose]: () => client.close(),
  }
}
