/**
 * A scope: an application in a world of bounded faults.
 *
 * @module
 */
import type { Application } from './application.ts'

export interface Scope {
  readonly name: string
  readonly application: Application
  readonly k: number
  /** Crashes of any host. */
  readonly crashes: number
  /** Hosts that may crash; all without it. */
  readonly mayCrash?: readonly string[]
  /** Frames that are lost, and frames that arrive twice. */
  readonly losses: number
  readonly repeats: number
  /** So many messages of each client are done, and all is quiet, before anything is chosen: channels know each other then. */
  readonly warm: number
  /** Timers that ring although something else can still move. */
  readonly early: number
  /** Hosts that are opened anew while their old life goes on. */
  readonly takeovers: number
  /** Frames of one direction arrive in order; else in any. */
  readonly inOrder: boolean
  /** Of each DARQ, when it is not the engine's own: a small log is soon truncated. */
  readonly log_bytes_max?: number
  /** A host's tasks run as soon as they are there; else anything may come between. */
  readonly eager: boolean
}

const calm = { losses: 0, repeats: 0, warm: 0, early: 0, takeovers: 0, inOrder: true, eager: true }

export function scope(
  name: string,
  application: Application,
  k: number,
  crashes: number,
  more: Partial<Omit<Scope, 'name' | 'application' | 'k' | 'crashes'>> = {},
): Scope {
  return { ...calm, name, application, k, crashes, ...more }
}
