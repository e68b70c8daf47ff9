/**
 * What a tab knows about who hosts, what can happen to it, and what it can do. Plain data: the rules are in `leadership.ts`.
 *
 * @module
 */
import type { DarqError } from '../error.ts'

export const leadershipLimits = {
  /** A follower asks who leads when it has not heard it for so long, … */
  ask_every_ms: 500,
  /** … and a little more, at random: the leader's answer to the first is heard by all the others. */
  ask_jitter_ms: 100,
  /** This many questions in a row without an answer mean that the leader is silent. */
  unanswered_max: 5,
  /** The longest random wait before force: together with the questions, the bound on a silent leader is 3 s. */
  steal_jitter_ms: 400,
  /** A wake this late means that this tab slept itself: what it did not hear meanwhile says nothing. */
  late_ms: 2_000,
  /** The pause between two uses of force without a sign of life: doubles from the one to the other. */
  steal_pause_ms_min: 10_000,
  steal_pause_ms_max: 640_000,
  /** The pause after a host that could not be opened, or failed: doubles from the one to the other. */
  failure_pause_ms_min: 250,
  failure_pause_ms_max: 30_000,
  /** A host that ran this long clears the count of failures. */
  healthy_ms: 60_000,
} as const

/** The leader, as followers hear of it. */
export interface LeaderNews {
  /** Names one leadership: a tab that leads again is another leader. */
  readonly leader: string
  /** Its host is open. */
  readonly ready: boolean
}

export type Leadership =
  | Following
  /** Has the lock; its host is being opened. */
  | { readonly phase: 'opening'; readonly request: number; readonly force: Force; readonly failures: number }
  /** Has the lock and a host. */
  | {
      readonly phase: 'leading'
      readonly request: number
      readonly since_ms: number
      readonly force: Force
      readonly failures: number
    }
  /** The host is being closed; the lock goes after that at the latest. */
  | {
      readonly phase: 'closing'
      readonly request: number
      readonly next: 'follow' | 'sleep' | 'end'
      /** When the lock may be asked for again, if it follows. */
      readonly requestAt_ms: number
      readonly force: Force
      readonly failures: number
    }
  | { readonly phase: 'asleep'; readonly request: number; readonly force: Force; readonly failures: number }
  | { readonly phase: 'ended'; readonly request: number }

/** Without the lock. */
export interface Following {
  readonly phase: 'following'
  /** Number of the newest request for the lock. */
  readonly request: number
  /** How far that request is: none yet (a pause), in the queue, or by force. */
  readonly asking: 'not yet' | 'queued' | 'by force'
  readonly requestAt_ms: number
  /** The leader that answers; `undefined` while nobody does. */
  readonly heard: LeaderNews | undefined
  /** Questions since the last answer. */
  readonly unanswered: number
  readonly askAt_ms: number
  /** When the lock is taken by force; `undefined`: no reason to. */
  readonly stealAt_ms: number | undefined
  readonly force: Force
  readonly failures: number
}

/** The budget for force. */
export interface Force {
  readonly notBefore_ms: number
  readonly pause_ms: number
}

/** What happened. `request` tells which request for the lock it is about; news of an older one is ignored. */
export type LeadershipEvent =
  | { readonly kind: 'granted'; readonly request: number }
  /** The lock was taken by force, or the request for it failed. */
  | { readonly kind: 'lost'; readonly request: number }
  | { readonly kind: 'opened' }
  /** The host could not be opened, or stopped by itself. */
  | { readonly kind: 'failed'; readonly error: DarqError }
  /** The host is closed. */
  | { readonly kind: 'closed' }
  | { readonly kind: 'heard'; readonly news: LeaderNews }
  /** That leader gives leadership up. */
  | { readonly kind: 'left'; readonly leader: string }
  | { readonly kind: 'woken' }
  | { readonly kind: 'sleep' }
  | { readonly kind: 'wake' }
  | { readonly kind: 'end' }

/** What to do, in this order. */
export type LeadershipCommand =
  | { readonly kind: 'request'; readonly request: number; readonly force: boolean }
  /** Takes a request back, or releases the lock that it was given. */
  | { readonly kind: 'release'; readonly request: number }
  | { readonly kind: 'open' }
  /** `abandon`: another owner may exist, nothing more may be written. */
  | { readonly kind: 'close'; readonly how: 'commit' | 'abandon' }
  | { readonly kind: 'ask' }
  /** Tells all tabs that this one leads, and whether its host is open. */
  | { readonly kind: 'announce'; readonly ready: boolean }
  /** Tells all tabs that this one leads no more. */
  | { readonly kind: 'resign' }
  /** Sends this tab's calls to that leader. */
  | { readonly kind: 'follow'; readonly leader: string }
  /** Stops sending calls to the leader before. */
  | { readonly kind: 'unfollow' }
  /** There is no host to wait for: this tab's own can't be opened, and nobody else leads. */
  | { readonly kind: 'refuse'; readonly error: DarqError }

/** When and with which random number (uniform in [0, 1)) something happened. */
export interface Moment {
  readonly now_ms: number
  readonly random: number
}

/** The next state, and what to do now. */
export type Decision = readonly [Leadership, ...LeadershipCommand[]]
