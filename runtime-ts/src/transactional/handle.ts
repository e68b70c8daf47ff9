/**
 * What a step does with the message it consumes.
 *
 * @module
 */

import { readOutput, versionOf } from '../crest/define/schema.ts'
import { laterMark } from '../crest/define/step.ts'
import { type Admitted, batchesOf } from '../crest/run/admission.ts'
import { type Envelope, encodeEnvelope, isFields } from '../crest/wire/envelope.ts'
import { isRefusal, readable } from '../crest/wire/failure.ts'
import { DarqError, toFacts } from '../error.ts'
import { dead_letter_cell, type OpenStep, type StepContext } from './step.ts'

/** The handler has asked that its step doesn't happen. */
export class Held extends Error {
  readonly key: string
  constructor(key: string) {
    super(`held until "${key}" is released`)
    this.key = key
  }
}

/**
 * Several messages only in a batch.
 *
 * @throws what the handler throws; {@link Held}; {@link DarqError} `step_async`
 */
export function handle(context: StepContext, step: OpenStep, messages: readonly Admitted[]): void {
  const [first] = messages
  if (first?.kind === 'batch') {
    const batches =
      messages.length === 1
        ? batchesOf(first)
        : [messages.flatMap((message) => (message.kind === 'batch' ? message.bodies : []))]
    for (const bodies of batches) finish(step, first.batch.run(step, bodies))
    return
  }
  for (const message of messages) handleOne(context, step, message)
}

function handleOne(context: StepContext, step: OpenStep, message: Admitted): void {
  switch (message.kind) {
    case 'send':
      for (const body of message.bodies) finish(step, message.run(step, body))
      return
    case 'answer':
      if (step.settleCall(message.echo.id)) finish(step, message.run(step, message.answer, message.note))
      return
    case 'call': {
      const { asker, envelope, call } = message
      const value = finish(step, message.run(step, message.body))
      if (asker === undefined) return
      const isLater = typeof value === 'object' && value !== null && laterMark in value
      if (!isLater) step.reply(asker, { ok: true, value, version: versionOf(call.output) })
      else if (step.laterUnder !== undefined) step.wait(envelope.name, step.laterUnder, asker)
      return
    }
    case 'builtin':
      if (message.name === '$timeout') timeOut(context, step, message.envelope)
      else if (message.name === '$requeue' || message.name === '$drop')
        dispose(context, step, message.envelope, message.name === '$requeue')
  }
}

function finish(step: OpenStep, value: unknown): unknown {
  if (typeof value === 'object' && value !== null && 'then' in value && typeof value.then === 'function') {
    Promise.resolve(value).catch(() => {}) // nobody awaits it
    throw new DarqError('step_async', { facts: { expected: 'a handler that returns no promise' } })
  }
  if (step.heldUnder !== undefined) throw new Held(step.heldUnder)
  return value
}

/** The timer of a call has fired: it is consumed with this message, so its answer counts for nothing from here on. */
function timeOut(context: StepContext, step: OpenStep, { body }: Envelope): void {
  if (!isFields(body) || typeof body.handler !== 'string') return
  const answer = context.definition.messages.get(body.handler)
  if (answer?.kind !== 'answer') return
  const version = typeof body.note_version === 'number' ? body.note_version : 0
  const note = answer.note === undefined ? undefined : readOutput(answer.note, body.note, version)
  finish(step, answer.run(step, { ok: false, error: new DarqError('timeout') }, note))
}

/** Takes a dead letter off the list, to queue it again or for good. */
function dispose(context: StepContext, step: OpenStep, { body }: Envelope, again: boolean): void {
  const id = typeof body === 'string' ? body : ''
  const letter = context.cells.get(dead_letter_cell, id)
  if (typeof letter !== 'object' || letter === null || !('bytes' in letter)) return
  context.cells.delete(dead_letter_cell, id)
  if (again && letter.bytes instanceof Uint8Array) step.sent.push({ to: context.name, bytes: letter.bytes })
}

export interface Failure {
  readonly id: string
  readonly bytes: Uint8Array
  readonly error: DarqError
  readonly attempts: number
}

/** Past it a message that fails stays pending, and is retried at the longest pause. */
const dead_letters_max = 1_000

/** The end of a message that can't be handled: its caller is told; a one-way message, and a call that kept failing, is kept. */
export function setAside(context: StepContext, step: OpenStep, { id, bytes, error, attempts }: Failure): void {
  const envelope = readable(bytes)
  const asker = context.definition.messages.get(envelope?.name ?? '')?.kind === 'call' ? envelope?.asker : undefined
  const worn = !isRefusal(error) && attempts >= context.definition.retry.attempts_max
  if (asker !== undefined && ('client' in asker || context.knows(asker.to))) {
    const { code, message } = error
    const told = worn ? new DarqError('dead_letter', { cause: error, facts: { code, message, attempts } }) : error
    step.reply(asker, { ok: false, error: told })
    if (!worn) return
  }
  if (context.cells.size(dead_letter_cell) >= dead_letters_max)
    throw new DarqError('backpressure', { facts: { expected: `at most ${dead_letters_max} dead letters` } })
  const letter = { name: envelope?.name ?? '', error: toFacts(error), attempts, bytes: withoutAsker(bytes, envelope) }
  context.cells.set(dead_letter_cell, id, letter)
}

/** Its caller was told: what comes of it when it is queued again is not for him. */
function withoutAsker(bytes: Uint8Array, envelope: Envelope | undefined): Uint8Array {
  if (envelope?.asker === undefined) return bytes
  const { name, body, version } = envelope
  const encoded = encodeEnvelope({ name, body, version })
  return typeof encoded === 'string' ? new TextEncoder().encode(encoded) : encoded
}
