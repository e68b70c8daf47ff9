/**
 * What an instance comes to, and what is left of it.
 *
 * @module
 */
import type { MessageDefinition } from '../crest/define/definition.ts'
import { check } from '../crest/define/schema.ts'
import { ownError } from '../crest/wire/failure.ts'
import { DarqError, type Plain, toFacts } from '../error.ts'
import type { Header, StepFacts } from './journal.ts'
import type { Outcome } from './live-flow.ts'
import { plainCopy } from './plain.ts'

/** @throws {DarqError} `schema` when what it has come to can't be written down */
export function checkedOutcome(outcome: Outcome, start: MessageDefinition | undefined, bytes_max: number): Outcome {
  if (outcome.kind !== 'done') return outcome
  try {
    const value = plainCopy(outcome.value, bytes_max)
    if (start?.kind === 'call') check(start.output, value)
    return { kind: 'done', value }
  } catch (thrown) {
    const { code, facts: more } = ownError(thrown)
    throw new DarqError(code === 'too_large' ? code : 'schema', {
      cause: thrown,
      facts: {
        ...{ step: 'result', ...(more !== undefined && { facts: more }) },
        do: 'return what the address promises, as JSON data or bytes; then resume the instance',
      },
    })
  }
}

/** @returns the header of an instance that has ended so */
export function endedHeader(
  { status: _, steps: __, ...rest }: Header,
  outcome: Exclude<Outcome, { kind: 'again' }>,
  ended_ms: number,
  steps: readonly StepFacts[],
): Header {
  return {
    ...rest,
    ...(outcome.kind === 'done'
      ? { status: 'done', value: outcome.value as Plain }
      : { status: outcome.error.code === 'cancelled' ? 'cancelled' : 'failed', error: toFacts(outcome.error) }),
    ended_ms,
    steps,
  }
}

/** What an instance was started with, whatever it has continued with. */
export function askedOf(header: Header): { readonly value: Plain; readonly version: number } {
  const { input, input_version, asked, asked_version = 0 } = header
  return 'asked' in header ? { value: asked, version: asked_version } : { value: input, version: input_version }
}

export function hasEnded(key: string, { status, ended_ms }: Header): DarqError {
  return new DarqError('conflict', {
    facts: { instance: key, expected: 'an instance that runs', got: status, ended_ms: ended_ms ?? 0 },
  })
}
