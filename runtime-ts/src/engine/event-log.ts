/**
 * A host's event log: its versions, what they depend on, how far they have come, and what was taken back. Plain events, as
 * JSON; nothing of it is stored by the engine, and a host without a listener makes none.
 *
 * @module
 */
import { asError, type DarqError } from '../error.ts'
import type { Epoch, Version } from '../storage/contract.ts'
import type { Dependency } from './dependency.ts'

/** What happened to a host, of which it tells at once. All numbers of a life mean nothing in another but by its epoch. */
export type HostEvent =
  /** A life begins. It found versions up to `found` in its storage, and knows that those up to `committed` are committed. */
  | { readonly kind: 'opened'; readonly found: Version; readonly committed: Version }
  /** A version is closed: this is what it depends on and is not known to be durable. */
  | { readonly kind: 'sealed'; readonly version: Version; readonly dependencies: readonly Dependency[] }
  /** All versions up to this one are durable, or committed. */
  | { readonly kind: 'durable' | 'committed'; readonly version: Version }
  /** Messages of a channel have left; `version` is the newest that holds one of them. Lost ones are sent again. */
  | ({ readonly kind: 'sent'; readonly version: Version } & Messages)
  /**
   * Messages of another host were taken for the first time, into version `into`. `of`: the sender's state that they come from.
   * `depends`: it, or something that it comes from, was not known to be durable.
   */
  | ({ readonly kind: 'taken'; readonly of: Dependency; readonly into: Version; readonly depends: boolean } & Messages)
  /** Messages were refused, because what they come from is lost. */
  | ({ readonly kind: 'refused'; readonly of: Dependency } & Messages)
  /** The life ends, and the next goes on from version `to`: `because` has begun that epoch, without a state that was needed. */
  | {
      readonly kind: 'withdrawn'
      readonly to: Version
      readonly because: { readonly host: string; readonly epoch: Epoch }
    }
  /** The life ends because something has failed, or it was abandoned. A process that is killed doesn't tell. */
  | { readonly kind: 'stopped'; readonly code: DarqError['code']; readonly message: string }
  /** The life ends as it was asked to: all that was accepted is durable. */
  | { readonly kind: 'closed' }

interface Messages {
  /** The sending DARQ, and the one that is addressed. */
  readonly from: string
  readonly to: string
  /** Sequence of the first in their channel, and how many. */
  readonly first: number
  readonly count: number
}

export type LoggedEvent = HostEvent & {
  /** By the host's own clock. */
  readonly at_ms: number
  /** Host id: name and generation. */
  readonly host: string
  readonly epoch: Epoch
}

/** What the event log needs of a host. */
interface LoggingHost {
  readonly id: string
  readonly epoch: Epoch
  readonly clock: { now_ms(): number }
  report(error: DarqError, where: string): void
}

/** @returns how a host tells what happens; `undefined` when there is no listener */
export function eventReporter(
  listen: ((event: LoggedEvent) => void) | undefined,
  host: LoggingHost,
): ((what: HostEvent) => void) | undefined {
  if (listen === undefined) return undefined
  return (what) => {
    try {
      listen({ at_ms: host.clock.now_ms(), host: host.id, epoch: host.epoch, ...what })
    } catch (error) {
      // It is called in the middle of the engine's work, which must go on.
      host.report(asError(error, 'handler_failed', { where: 'onEvent threw' }), 'event-log')
    }
  }
}

/**
 * Keeps the newest events of any number of hosts.
 *
 * @example
 * const eventLog = new EventLog()
 * await using host = await openHost({
 *   name: 'demo',
 *   participants: [counter],
 *   storage: memory(),
 *   onEvent: eventLog.note,
 * })
 * JSON.stringify(eventLog.events)
 */
export class EventLog {
  readonly #events_max: number
  #events: LoggedEvent[] = []
  /** Where the next one goes, when it is full: the oldest is there. */
  #next = 0

  constructor(events_max = 10_000) {
    this.#events_max = events_max
  }

  readonly note = (event: LoggedEvent): void => {
    this.#events[this.#next] = event
    this.#next = (this.#next + 1) % this.#events_max
  }

  /** In the order in which they came; the oldest are gone when there were more than it keeps. */
  get events(): readonly LoggedEvent[] {
    return [...this.#events.slice(this.#next), ...this.#events.slice(0, this.#next)]
  }
}
