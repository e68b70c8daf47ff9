/**
 * What a workflow's function has asked for.
 *
 * @module
 */
import type { Kind, Message } from '../crest/define/address.ts'
import { type RetryDefinition, retryOf } from '../crest/define/definition.ts'
import type { Run } from '../crest/define/effects.ts'
import { milliseconds } from '../crest/define/span.ts'
import type { SendOptions } from '../crest/define/step.ts'
import type { DarqError, Plain } from '../error.ts'
import { invalid } from '../options.ts'
import { textOf } from '../text.ts'
import type { EffectOptions } from './flow.ts'
import type { Command } from './journal.ts'

/** A command as it is carried out, once it is in the journal. */
export interface Issued {
  readonly index: number
  readonly command: Command
  /** Of a call or a send. */
  readonly message?: Message<Kind>
  readonly options?: SendOptions
  /** When its time is over. */
  readonly due_ms?: number
  readonly effect?: EffectJob
  /** Of a receive. */
  readonly receives?: Receives
}

export interface Receives {
  readonly names: readonly string[]
  /** It is told which it has got. */
  readonly named: boolean
}

export interface EffectJob {
  readonly name: string
  readonly run: (run: Run) => Promise<unknown>
  readonly retry: RetryDefinition
  readonly timeout_ms: number
  readonly pure: boolean
}

/** @throws {DarqError} `invalid_argument`: where it is asked for, not where it would fail */
export function effectJob(
  name: string,
  run: EffectJob['run'],
  { retry, timeout = '1 minute', pure = false }: Omit<EffectOptions, 'pure'> & { readonly pure?: boolean },
): EffectJob {
  if (typeof run !== 'function') throw invalid('effect: a function', typeof run)
  return { name: textOf('effect', name), run, retry: retryOf(retry), timeout_ms: milliseconds(timeout), pure }
}

/** A command whose answer is awaited. */
export interface Waiting extends Issued {
  readonly resolve: (value: unknown) => void
  readonly reject: (error: DarqError) => void
  /** Nobody waits for it any more. */
  readonly hasLost: () => boolean
  /** The function waits no more; what is to be undone must be known all the same. */
  readonly letGo?: ((error: DarqError) => void) | undefined
}

/** What a function has done since it was last written down. */
export interface Fresh {
  readonly issued: readonly Issued[]
  /** Commands that nobody waits for any more. */
  readonly settled: readonly Issued[]
  readonly shown: ReadonlyMap<string, Plain>
}
