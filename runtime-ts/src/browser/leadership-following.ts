/**
 * The rules of a tab without the lock: whom it hears, when it asks, and when it takes the lock by force.
 *
 * @module
 */
import { freshForce, pauseAfter } from './leadership-pause.ts'
import {
  type Decision,
  type Following,
  type Force,
  type LeaderNews,
  type LeadershipCommand,
  type LeadershipEvent,
  leadershipLimits as limits,
  type Moment,
} from './leadership-state.ts'

/** Starts to follow: asks at once who leads, and queues for the lock unless it must pause. */
export function follow(
  from: {
    readonly request: number
    readonly requestAt_ms: number
    readonly force: Force
    readonly failures: number
  },
  now_ms: number,
): Decision {
  const queued = from.requestAt_ms <= now_ms
  const request = queued ? from.request + 1 : from.request
  const state: Following = {
    phase: 'following',
    request,
    asking: queued ? 'queued' : 'not yet',
    requestAt_ms: from.requestAt_ms,
    heard: undefined,
    unanswered: 0,
    askAt_ms: now_ms + limits.ask_every_ms,
    stealAt_ms: undefined,
    force: from.force,
    failures: from.failures,
  }
  return queued ? [state, { kind: 'request', request, force: false }, { kind: 'ask' }] : [state, { kind: 'ask' }]
}

export function decideFollowing(state: Following, event: LeadershipEvent, moment: Moment): Decision {
  const { request, force, failures } = state
  const unfollow: LeadershipCommand[] = state.heard === undefined ? [] : [{ kind: 'unfollow' }]
  const release: LeadershipCommand[] = state.asking === 'not yet' ? [] : [{ kind: 'release', request }]
  switch (event.kind) {
    case 'granted':
      return [
        { phase: 'opening', request, force, failures },
        ...unfollow,
        { kind: 'announce', ready: false },
        { kind: 'open' },
      ]
    case 'lost': // the queue itself failed us: try again later
      return [{ ...state, asking: 'not yet', requestAt_ms: pauseAfter(failures, moment), failures: failures + 1 }]
    case 'heard':
      return hear(state, event.news, moment)
    case 'left':
      if (state.heard?.leader !== event.leader) return [state]
      return [{ ...state, heard: undefined, unanswered: 0, stealAt_ms: undefined }, { kind: 'unfollow' }]
    case 'woken':
      return wait(state, moment)
    case 'sleep':
      return [{ phase: 'asleep', request, force, failures }, ...unfollow, ...release]
    case 'end':
      return [{ phase: 'ended', request }, ...unfollow, ...release]
    default:
      return [state]
  }
}

function hear(state: Following, news: LeaderNews, { now_ms, random }: Moment): Decision {
  const before = state.heard
  const next: Following = {
    ...state,
    heard: news,
    unanswered: 0,
    askAt_ms: now_ms + limits.ask_every_ms + random * limits.ask_jitter_ms,
    stealAt_ms: undefined,
    // Only a host that opened clears the budget: two tabs too slow to open one must not depose each other for ever.
    force: news.ready ? freshForce(now_ms) : state.force,
  }
  const other = before !== undefined && before.leader !== news.leader
  const commands: LeadershipCommand[] = other ? [{ kind: 'unfollow' }] : []
  if (news.ready && (other || !before?.ready)) commands.push({ kind: 'follow', leader: news.leader })
  return [next, ...commands]
}

function wait(state: Following, moment: Moment): Decision {
  const { now_ms } = moment
  const slept = now_ms - state.askAt_ms > limits.late_ms
  // The question that is due now starts a new count.
  const awake = slept ? { ...state, unanswered: -1, stealAt_ms: undefined } : state
  const [queued, ...queueing] = queue(awake, now_ms)
  const [taking, ...force] = takeByForce(queued, now_ms)
  const [asking, ...question] = ask(taking, moment)
  return [asking, ...queueing, ...force, ...question]
}

type Next = readonly [Following, ...LeadershipCommand[]]

function queue(state: Following, now_ms: number): Next {
  if (state.asking !== 'not yet' || state.requestAt_ms > now_ms) return [state]
  const request = state.request + 1
  return [
    { ...state, asking: 'queued', request },
    { kind: 'request', request, force: false },
  ]
}

function takeByForce(state: Following, now_ms: number): Next {
  if (state.stealAt_ms === undefined || state.stealAt_ms > now_ms || state.asking !== 'queued') return [state]
  const request = state.request + 1
  const { pause_ms } = state.force
  const force = { notBefore_ms: now_ms + pause_ms, pause_ms: Math.min(pause_ms * 2, limits.steal_pause_ms_max) }
  return [
    { ...state, asking: 'by force', request, heard: undefined, unanswered: 0, stealAt_ms: undefined, force },
    { kind: 'release', request: state.request },
    ...(state.heard === undefined ? [] : [{ kind: 'unfollow' } as const]),
    { kind: 'request', request, force: true },
  ]
}

function ask(state: Following, { now_ms, random }: Moment): Next {
  if (state.askAt_ms > now_ms) return [state]
  const unanswered = state.unanswered + 1
  const silent = unanswered >= limits.unanswered_max && state.asking === 'queued' && state.stealAt_ms === undefined
  const stealAt_ms = silent
    ? Math.max(now_ms, state.force.notBefore_ms) + random * limits.steal_jitter_ms
    : state.stealAt_ms
  return [{ ...state, unanswered, stealAt_ms, askAt_ms: now_ms + limits.ask_every_ms }, { kind: 'ask' }]
}
