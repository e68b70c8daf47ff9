/**
 * Calls of a host that nobody can reach, such as a tab's: no answer could ever be sent to it. So a call of one of its
 * participants to another host becomes an errand, an effect of this host: its own client calls there, with the effect's key
 * as the idempotency key, and what it is told goes to the participant as the answer. The call leaves when the step that
 * makes it is committed, takes effect once, and is answered with what is committed there, however often either side is lost.
 *
 * @module
 */
import type { Clock } from '../engine/types.ts'
import { DarqError } from '../error.ts'
import { content, type Message } from './address.ts'
import { openClient } from './client.ts'
import type { Client } from './client-types.ts'
import { Definition } from './definition.ts'
import type { Run } from './effects.ts'
import { type Draft, isCount, isFields } from './envelope.ts'
import type { Link } from './link.ts'
import { anything, version } from './schema.ts'

/** The DARQ of errands; a name that no address can have. */
export const errand_darq = '$errands'

/** A call waits as long as its participant does. */
const retry = { attempts_max: Number.MAX_SAFE_INTEGER, backoff: '250 ms', backoff_max: '10 seconds' } as const
const attempt_ms_max = 600_000
const errands_max = 64

/** @returns the call, as it is sent to {@link errand_darq} */
export function errandOf(to: string, draft: Draft): Draft {
  const { name, body, version, key, asker } = draft
  const call = { to, name, body, version, ...(key !== undefined && { key }) }
  return { name: 'call', body: call, version: 0, ...(asker !== undefined && { asker }) }
}

/** @param link of the host, which leads to where its routes lead */
export function errands(link: () => Link, clock: Clock, random: () => number): Definition {
  let client: Client | undefined
  const run = async (body: unknown, { key, signal }: Run): Promise<unknown> => {
    client ??= openClient({ link: link(), producer: '', clock, random })
    return await client.call(readErrand(body), { idempotencyKey: key, signal })
  }
  return new Definition(
    errand_darq,
    // The cast that every handler takes: what stands here is an effect's.
    new Map([['call', { kind: 'call', own: false, input: anything, output: anything, run: run as never }]]),
    [],
    retry,
    { effect: { timeout_ms: attempt_ms_max, parallel_max: errands_max, pure: false } },
  )
}

function readErrand(value: unknown): Message<'call', unknown> {
  // As it was decoded from an envelope.
  const body = value as Draft['key'] & Parameters<typeof isFields>[0]
  if (isFields(body)) {
    const { to, name, body: asked, version: number, key } = body
    if (typeof to === 'string' && typeof name === 'string' && isCount(number))
      return {
        ...{ to, name },
        [content]: {
          ...{ kind: 'call', body: asked, own: false, output: undefined, many: false },
          input: number === 0 ? undefined : version(number, anything),
          ...(typeof key === 'string' && { key }),
        },
      }
  }
  throw new DarqError('bad_frame', { facts: { expected: 'a call to another host' } })
}
