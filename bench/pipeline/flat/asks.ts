/**
 * The questions about one store over its life, asked of a ground that may be elsewhere.
 *
 * @module
 */
import type { FlatPlan } from '../plan.ts'
import { type Flat, measureFlat } from './flat.ts'
import type { Ground } from './ground.ts'
import { checkCounted, fillPending, type Opening, timeOpening } from './opening.ts'

export type GroundAsk =
  | { readonly ask: 'flat'; readonly plan: FlatPlan; readonly seed: number }
  | { readonly ask: 'fill'; readonly pending: number }
  | { readonly ask: 'open'; readonly store: string; readonly pending: number }
  | { readonly ask: 'check'; readonly store: string; readonly steps: number }
export type GroundAnswer =
  | { readonly flat: Flat }
  | { readonly opening: Opening }
  | { readonly done: true }
  | { readonly error: string }

/** Each question may go to another thread with the same stores. */
export type AskGround = (ask: GroundAsk) => Promise<GroundAnswer>

/** @returns the answer to one question; never rejects */
export async function answerOnGround(ground: Ground, ask: GroundAsk): Promise<GroundAnswer> {
  try {
    switch (ask.ask) {
      case 'flat':
        return { flat: await measureFlat(ground, ask.plan, ask.seed) }
      case 'fill':
        await fillPending(ground, ask.pending)
        return { done: true }
      case 'open':
        return { opening: await timeOpening(ground, ask.store, ask.pending) }
      case 'check':
        await checkCounted(ground, ask.store, ask.steps)
        return { done: true }
    }
  } catch (error) {
    return { error: error instanceof Error ? (error.stack ?? error.message) : String(error) }
  }
}
