/**
 * A {@link Link} over BroadcastChannels: from a follower's worker to the leader's. Each follower has a channel of its own.
 *
 * A message may be posted before the other end listens, and either end may freeze or die without a word. So a follower says
 * `join` until the leader answers on the channel, pings it, and joins anew when it stays silent; a leader forgets a follower
 * that it has not heard for long.
 *
 * @module
 */
import type { Link } from '../crest/wire/link.ts'
import type { Clock } from '../engine/types.ts'
import { DarqError } from '../error.ts'
import { startHeartbeat } from './heartbeat.ts'
import { type LinkAnswerer, openAnswerer } from './link-answerer.ts'
import { type LinkCaller, openCaller } from './link-caller.ts'
import { areCalls, areReplies } from './link-frame.ts'
import type { Relay } from './relay.ts'
import type { Channel } from './tab-words.ts'

export const broadcastLimits = {
  /** A follower says `join` this often until it is answered. */
  join_every_ms: 200,
  /** A joined follower pings this often, … */
  ping_every_ms: 1_000,
  /** … and joins anew after this many pings in a row without an answer. */
  unanswered_max: 4,
  /** A leader forgets a follower that it has not heard for so long. */
  forget_ms: 30_000,
} as const

const joined = 'joined'
const left = 'left'

export interface LineOptions {
  readonly clock: Clock
  /** Opens the channel of a line. */
  channel(line: string): Channel
}

export interface OfferedLines {
  /** A follower asks to be heard on that line. Asking again does no harm. */
  join(line: string): void
  readonly lines: number
  /** Answers what is under way with `error`, and hears nobody any more. */
  close(error: DarqError): void
}

/** Offers the leader's `link` to followers. */
export function offerLines(link: Link, { clock, channel }: LineOptions): OfferedLines {
  const lines = new Map<string, { readonly answerer: LinkAnswerer; readonly channel: Channel; heard_ms: number }>()
  let forgetting = clock.wake(clock.now_ms() + broadcastLimits.forget_ms, forget)

  function forget(): void {
    const now_ms = clock.now_ms()
    forgetting = clock.wake(now_ms + broadcastLimits.forget_ms, forget)
    for (const [name, line] of [...lines]) {
      if (now_ms - line.heard_ms >= broadcastLimits.forget_ms) end(name)
    }
  }

  function end(name: string, error = new DarqError('unavailable', { message: 'the follower was not heard' })): void {
    lines.get(name)?.answerer.close(error)
    lines.delete(name)
  }

  function open(name: string): Channel {
    const to = channel(name)
    const answerer = openAnswerer(link, { post: (replies) => to.postMessage(replies), close: () => to.close() })
    const line = { answerer, channel: to, heard_ms: clock.now_ms() }
    lines.set(name, line)
    to.onmessage = ({ data }: MessageEvent<unknown>) => {
      line.heard_ms = clock.now_ms()
      if (areCalls(data)) answerer.take(data)
      else if (data === left) end(name)
    }
    to.onmessageerror = () => end(name)
    return to
  }

  return {
    join(name) {
      const to = lines.get(name)?.channel ?? open(name)
      to.postMessage(joined)
    },
    get lines() {
      return lines.size
    },
    close(error) {
      forgetting()
      for (const name of [...lines.keys()]) end(name, error)
    },
  }
}

export interface FollowOptions extends LineOptions {
  /** A name that no line ever had. */
  lineName(): string
  /** Says `join` to the leader. */
  join(line: string): void
  /** Is given the leader's link whenever there is one. */
  readonly relay: Relay
}

/** Puts the leader behind `relay`, for as long as it answers, again and again. @returns leaves it */
export function followLeader(options: FollowOptions): () => void {
  const { clock, relay } = options
  let following = true
  let leave = joinOnce()

  function joinOnce(): () => void {
    const name = options.lineName()
    const line = options.channel(name)
    let ended = false
    let stopBeating: (() => void) | undefined
    const caller: LinkCaller = openCaller({
      post: (calls) => line.postMessage(calls),
      close() {
        line.postMessage(left)
        line.close()
      },
    })

    function end(error: DarqError): void {
      if (ended) return
      ended = true
      stopJoining()
      stopBeating?.()
      if (stopBeating !== undefined) relay.lose(error)
      caller.lose(error)
      if (following) leave = joinOnce()
    }

    function ask(): void {
      stopJoining = clock.wake(clock.now_ms() + broadcastLimits.join_every_ms, ask)
      options.join(name)
    }

    function begin(): void {
      stopJoining()
      stopBeating = startHeartbeat({
        clock,
        every_ms: broadcastLimits.ping_every_ms,
        unanswered_max: () => broadcastLimits.unanswered_max,
        wanted: () => true,
        ping: caller.ping,
        dead: () => end(new DarqError('unavailable', { message: 'the leading tab does not answer' })),
      })
      relay.use(caller.link)
    }

    line.onmessage = ({ data }: MessageEvent<unknown>) => {
      if (ended) return
      if (areReplies(data)) caller.take(data)
      else if (data === joined && stopBeating === undefined) begin()
    }
    line.onmessageerror = () => end(new DarqError('unavailable', { message: 'the leading tab could not be read' }))
    let stopJoining = () => {}
    ask()
    return () => end(new DarqError('unavailable', { message: 'another tab leads now' }))
  }

  return () => {
    following = false
    leave()
  }
}
