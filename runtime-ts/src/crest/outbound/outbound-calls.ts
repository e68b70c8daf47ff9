/**
 * Calls of a host that cannot be reached, such as a tab's: no answer could ever be sent to it. So a call of one of its
 * participants to another host is an outbound call, an effect of this host: its own client calls there, with the effect's key
 * as the idempotency key, and what it is told goes to the participant as the answer. The call leaves when the step that
 * makes it is committed, takes effect once, and is answered with what is committed there, however often either side is lost.
 *
 * @module
 */

import type { Clock } from '../../engine/types.ts'
import { DarqError, type Plain } from '../../error.ts'
import { openClient, readOutcome } from '../client/client.ts'
import type { Client } from '../client/client-types.ts'
import { content, type Message } from '../define/address.ts'
import type { Definition } from '../define/definition.ts'
import type { Run } from '../define/effects.ts'
import { anything, version } from '../define/schema.ts'
import { effectsDefinition } from '../run/effects.ts'
import { answer_query } from '../wire/builtin-queries.ts'
import { type Draft, isFields } from '../wire/envelope.ts'
import { Final } from '../wire/failure.ts'
import type { Link } from '../wire/link.ts'
import { outbound_darq } from '../wire/outbound-call.ts'
import { isCount } from '../wire/plain.ts'
import { keyProducer } from '../wire/producer-id.ts'

/** A call waits as long as its participant does; whoever looks at the page sees when the network is back. */
const backoff_max_ms = 2_000
const retry = { attempts_max: Number.MAX_SAFE_INTEGER, backoff: '250 ms', backoff_max: `${backoff_max_ms} ms` } as const
const attempt_ms_max = 600_000
const outbound_calls_max = 64
/** How many watch for their answer at the same time, and for how long; any other only glances. */
const watches_max = 2
const watch_ms = 30_000
const glance_ms = 500
const poll_ms_min = 500
const poll_ms_max = 10_000

/** What a participant that calls others brings along, for hosts that cannot be reached. */
export type MakeOutbound = typeof outboundCalls

/** @param link of the host, which leads to where its routes lead */
export function outboundCalls(link: () => Link, clock: Clock, random: () => number): Definition {
  let runner: OutboundCalls | undefined
  const run = (body: unknown, run: Run): Promise<unknown> => {
    runner ??= new OutboundCalls(
      openClient({ link: link(), producer: '', clock, random, backoff_max_ms }),
      clock,
      random,
    )
    return runner.run(readOutboundCall(body), run)
  }
  return effectsDefinition(
    outbound_darq,
    // The cast that every handler takes: what stands here is an effect's.
    new Map([['call', { kind: 'call', own: false, input: anything, output: anything, run: run as never }]]),
    { timeout_ms: attempt_ms_max, parallel_max: outbound_calls_max, pure: false },
    retry,
  )
}

/**
 * A watch is quickest, but holds a connection, and over HTTP/1.1 a browser has six for all of its tabs: so an answer that
 * takes its time is asked for now and then instead.
 */
class OutboundCalls {
  readonly #client: Client
  readonly #clock: Clock
  readonly #random: () => number
  #watching = 0

  constructor(client: Client, clock: Clock, random: () => number) {
    this.#client = client
    this.#clock = clock
    this.#random = random
  }

  async run(call: Message<'call', unknown>, { key, signal }: Run): Promise<unknown> {
    const watch = new AbortController()
    const stop = (): void => watch.abort()
    signal.addEventListener('abort', stop)
    const isPatient = this.#watching < watches_max
    if (isPatient) this.#watching += 1
    try {
      const asked = this.#client.call(call, { idempotencyKey: key, signal: watch.signal })
      await asked.receipt.committed
      const cancel = this.#clock.wake(this.#clock.now_ms() + (isPatient ? watch_ms : glance_ms), stop)
      try {
        return await asked
      } catch (error) {
        if (signal.aborted) throw error
        // Ways that fail are tried again by the client: what comes through is the callee's.
        if (!watch.signal.aborted && error instanceof DarqError) throw new Final(error)
      } finally {
        cancel()
      }
    } finally {
      signal.removeEventListener('abort', stop)
      if (isPatient) this.#watching -= 1
    }
    return await this.#poll(call.to, keyProducer(key), signal)
  }

  async #poll(to: string, client: string, signal: AbortSignal): Promise<unknown> {
    for (let pause_ms = poll_ms_min; ; pause_ms = Math.min(poll_ms_max, 2 * pause_ms)) {
      const { promise, resolve, reject } = Promise.withResolvers<void>()
      const cancel = this.#clock.wake(this.#clock.now_ms() + pause_ms * (0.5 + this.#random() / 2), resolve)
      const stop = (): void => reject(new DarqError('cancelled'))
      signal.addEventListener('abort', stop)
      try {
        await promise
      } finally {
        cancel()
        signal.removeEventListener('abort', stop)
      }
      const reply = await this.#client.query(answerMessage(to, client), { signal, grade: 'committed' })
      const outcome = readOutcome(reply as Plain)
      if (outcome === undefined) continue
      if ('error' in outcome) throw new Final(outcome.error)
      return outcome.value
    }
  }
}

function answerMessage(to: string, client: string): Message<'query', unknown> {
  const body = { client, id: 'sequence 1' }
  return {
    ...{ to, name: answer_query },
    [content]: { kind: 'query', body, input: anything, output: anything, own: false, many: false },
  }
}

function readOutboundCall(value: unknown): Message<'call', unknown> {
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
