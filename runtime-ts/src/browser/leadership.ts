/**
 * Which tab hosts: a pure state machine. It is told what happened, and answers with what to do; `hosting.ts` does it.
 *
 * The lock picks the leader among living tabs. It is a hint: the epoch in the store is the truth, so nothing here is needed
 * for safety, only for there to be one leader soon, and no fight over it:
 *
 * - A tab follows until the lock is given to it. It asks at intervals who leads. When nobody answers several times in a row,
 *   the lock's holder is frozen or hangs, and the tab takes the lock by force, after a random wait, so that one does.
 * - Whoever lost the lock, or was fenced by the store, follows. It takes nothing back from a leader that answers.
 * - Force is used again only after a pause that doubles, until a living leader is heard.
 * - A tab that is put to sleep (back/forward cache, freeze) stops its host where it stands and gives the lock away, all in one
 *   task. One that is closed commits first.
 *
 * @module
 */
import { decideFollowing, follow } from './leadership-following.ts'
import { decideClosing, decideHolding } from './leadership-holding.ts'
import { freshForce } from './leadership-pause.ts'
import type { Decision, Leadership, LeadershipEvent, Moment } from './leadership-state.ts'

/** A tab that has just come to life. */
export function begin({ now_ms }: Moment): Decision {
  return follow({ request: 0, requestAt_ms: now_ms, force: freshForce(now_ms), failures: 0 }, now_ms)
}

/** When to say `woken`, at the latest; `undefined`: nothing is waited for. */
export function wakeAt_ms(state: Leadership): number | undefined {
  if (state.phase !== 'following') return undefined
  const times = [state.askAt_ms, state.stealAt_ms ?? Number.POSITIVE_INFINITY]
  if (state.asking === 'not yet') times.push(state.requestAt_ms)
  return Math.min(...times)
}

export function decide(state: Leadership, event: LeadershipEvent, moment: Moment): Decision {
  if ('request' in event && event.request !== state.request) return [state]
  switch (state.phase) {
    case 'following':
      return decideFollowing(state, event, moment)
    case 'opening':
    case 'leading':
      return decideHolding(state, event, moment)
    case 'closing':
      return decideClosing(state, event, moment)
    case 'asleep':
      if (event.kind === 'wake') return follow({ ...state, requestAt_ms: moment.now_ms }, moment.now_ms)
      if (event.kind === 'end') return [{ phase: 'ended', request: state.request }]
      return [state]
    case 'ended':
      return [state]
  }
}
