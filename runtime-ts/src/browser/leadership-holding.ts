/**
 * The rules of a tab with the lock: it opens the host, leads, and stops the host before the lock goes.
 *
 * @module
 */
import { follow } from './leadership-following.ts'
import { pauseAfter } from './leadership-pause.ts'
import {
  type Decision,
  type Leadership,
  type LeadershipEvent,
  leadershipLimits as limits,
  type Moment,
} from './leadership-state.ts'

type Holding = Extract<Leadership, { phase: 'opening' | 'leading' }>

export function decideHolding(state: Holding, event: LeadershipEvent, moment: Moment): Decision {
  const { request, force, failures } = state
  const closing = (next: 'follow' | 'sleep' | 'end', requestAt_ms = moment.now_ms) =>
    ({ phase: 'closing', request, next, requestAt_ms, force, failures }) as const
  const resign = { kind: 'resign' } as const
  switch (event.kind) {
    case 'opened':
      if (state.phase === 'leading') return [state]
      return [
        { ...state, phase: 'leading', since_ms: moment.now_ms },
        { kind: 'announce', ready: true },
      ]
    case 'lost':
      return [closing('follow'), resign, { kind: 'close', how: 'abandon' }]
    case 'failed': {
      const before = state.phase === 'leading' && moment.now_ms - state.since_ms >= limits.healthy_ms ? 0 : failures
      const requestAt_ms = event.error.retryable ? pauseAfter(before, moment) : Number.POSITIVE_INFINITY
      return [
        { ...closing('follow', requestAt_ms), failures: before + 1 },
        resign,
        { kind: 'close', how: 'abandon' },
        ...(event.error.retryable ? [] : [{ kind: 'refuse', error: event.error } as const]),
      ]
    }
    case 'sleep':
      // The browser may stop this thread after this very task: a commit could wait, with the lock, until it goes on. So
      // nothing is waited for. What was accepted and not committed is sent again by those who sent it.
      return [closing('sleep'), resign, { kind: 'close', how: 'abandon' }, { kind: 'release', request }]
    case 'end':
      return [closing('end'), resign, { kind: 'close', how: 'commit' }]
    default:
      return [state]
  }
}

type Closing = Extract<Leadership, { phase: 'closing' }>

export function decideClosing(state: Closing, event: LeadershipEvent, { now_ms }: Moment): Decision {
  switch (event.kind) {
    case 'sleep':
      return [state.next === 'end' ? state : { ...state, next: 'sleep' }]
    case 'wake':
      return [state.next === 'sleep' ? { ...state, next: 'follow' } : state]
    case 'end':
      return [{ ...state, next: 'end' }]
    case 'closed': {
      const { request, force, failures } = state
      const release = { kind: 'release', request } as const
      if (state.next === 'end') return [{ phase: 'ended', request }, release]
      if (state.next === 'sleep') return [{ phase: 'asleep', request, force, failures }, release]
      const [following, ...commands] = follow(state, now_ms)
      return [following, release, ...commands]
    }
    default:
      return [state]
  }
}
