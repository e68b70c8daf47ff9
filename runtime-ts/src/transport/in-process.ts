/**
 * Hosts of one process, connected by name, over a network that loses, repeats, delays and reorders as it is told to. For
 * tests: all its chance is in `fate`, all its time in `clock`.
 *
 * @module
 */
import type { Link } from '../crest/wire/link.ts'
import { type Route, routeKind } from '../crest/wire/route.ts'
import type { Clock, Transport } from '../engine/types.ts'
import { DarqError } from '../error.ts'

export type Receive = (from: string, frame: Uint8Array) => void

/**
 * What becomes of one frame: the delay, in milliseconds, of each copy that arrives. `[0]`: it arrives; `[]`: it is lost;
 * `[0, 30]`: it arrives twice; `'refused'`: the sender is told at once that it did not arrive.
 */
export type Fate = (from: string, to: string, frame: Uint8Array) => readonly number[] | 'refused'

export interface Joined {
  /** For channels: frames from other hosts. A throw is the network's to report by `onRefused`. */
  readonly receive: Receive
  /** For clients. Asked for with each call, so that a host may be opened anew. */
  readonly link?: () => Link
}

export interface Network {
  /** Puts a host on the network. @returns takes it off: what is still under way to it is lost */
  join(name: string, host: Joined): () => void
  /** What the host `from` sends by. */
  transport(from: string): Transport
  /** The way from host `from` to host `to`, for `routes`. */
  route(from: string, to: string): Route
  /** Copies that were delivered, and those that came when nobody was there. */
  readonly counts: { readonly delivered: number; readonly lost: number; readonly refused: number }
}

export interface NetworkOptions {
  readonly clock: Clock
  /** Default: every frame arrives once, in a later macrotask. */
  readonly fate?: Fate
  /** A host threw on a frame. Default: it is counted, and nothing else. */
  readonly onRefused?: (error: unknown, from: string, to: string) => void
}

/**
 * @example
 * ```ts
 * const network = inProcess({ clock, fate: () => (Math.random() < 0.05 ? [] : [0]) })
 * const edge = await openHosted({
 *   name: 'edge',
 *   participants: [counter],
 *   storage: memory(),
 *   reply: network.transport('edge'),
 * })
 * network.join('edge', { receive: (from, frame) => edge.engine.receive(from, frame), link: () => edge.link })
 * const tab = await openHost({
 *   name: 'tab',
 *   participants: [],
 *   routes: { 'counter/*': network.route('tab', 'edge') },
 *   storage: memory(),
 * })
 * ```
 */
export function inProcess(options: NetworkOptions): Network {
  const hosts = new Map<string, Joined>()
  // Where answers go: a host that only opened a route has not joined under its name.
  const answered = new Map<string, Receive>()
  const counts = { delivered: 0, lost: 0, refused: 0 }

  const deliver = (from: string, to: string, frame: Uint8Array): void => {
    const receive = hosts.get(to)?.receive ?? answered.get(wayOf(to, from))
    if (receive === undefined) {
      counts.lost += 1
      return
    }
    counts.delivered += 1
    try {
      receive(from, frame)
    } catch (error) {
      counts.refused += 1
      options.onRefused?.(error, from, to)
    }
  }

  const send = (from: string, to: string, frame: Uint8Array): void => {
    const delays_ms = options.fate?.(from, to, frame) ?? [0]
    if (delays_ms === 'refused') throw new DarqError('unavailable', { facts: { from, to } })
    if (delays_ms.length === 0) counts.lost += 1
    // A frame is bytes on a wire: what the sender does with its memory afterwards must not reach it.
    for (const delay_ms of delays_ms) later(options.clock, delay_ms, deliver.bind(undefined, from, to, frame.slice()))
  }

  return {
    counts,
    join(name, host) {
      hosts.set(name, host)
      return () => {
        if (hosts.get(name) === host) hosts.delete(name)
      }
    },
    transport: (from) => ({ send: (to, frame) => send(from, to, frame) }),
    route: (from, to) => ({
      [routeKind]: 'route',
      address: () => to,
      transport(receive) {
        answered.set(wayOf(from, to), receive)
        return { send: (address, frame) => send(from, address, frame) }
      },
      link() {
        const link = hosts.get(to)?.link?.()
        if (link === undefined) throw new DarqError('unavailable', { facts: { to } })
        return link
      },
    }),
  }
}

function wayOf(to: string, from: string): string {
  return JSON.stringify([to, from])
}

function later(clock: Clock, delay_ms: number, run: () => void): void {
  if (delay_ms === 0) clock.soon(run)
  else clock.wake(clock.now_ms() + delay_ms, run)
}
