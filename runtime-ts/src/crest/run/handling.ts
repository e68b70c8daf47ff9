/**
 * What a step does with the message it consumes: runs its handler, and sees to what the handler gives back.
 *
 * @module
 */
import { DarqError } from '../../error.ts'
import { readOutput, versionOf } from '../define/schema.ts'
import { heldMark, laterMark } from '../define/step.ts'
import { type Envelope, isFields } from '../wire/envelope.ts'
import { type Admitted, type Builtin, batchesOf } from './admission.ts'
import { dead_letter_cell, deadLetterBytes } from './dead-letters.ts'
import { call_cell, callTimer, later_cell, laterKey, type Turn, type TurnContext, timer_cell } from './turn.ts'

/** The handler has asked that its step doesn't happen. */
export class HeldBack extends Error {
  readonly key: string
  constructor(key: string) {
    super(`held until "${key}" is released`)
    this.key = key
  }
}

/**
 * @param fromSelf whether the participant has sent the message itself
 * @throws what the handler throws; {@link HeldBack}; {@link DarqError} `step_async`
 */
export function handle(site: TurnContext, turn: Turn, admitted: Admitted, fromSelf: boolean): void {
  switch (admitted.kind) {
    case 'send':
      if (fromSelf && isStale(site, admitted.envelope)) return
      for (const body of admitted.bodies) refuseUnfinished(admitted.run(turn, body), turn)
      return
    case 'batch':
      if (fromSelf && isStale(site, admitted.envelope)) return
      for (const bodies of batchesOf(admitted)) handleBatch(turn, admitted.batch.run, bodies)
      return
    case 'call':
      handleCall(site, turn, admitted)
      return
    case 'answer':
      if (stillAsked(site, turn, admitted.echo.id))
        refuseUnfinished(admitted.run(turn, admitted.answer, admitted.note), turn)
      return
    case 'builtin':
      handleBuiltin(site, turn, admitted.name, admitted.envelope)
  }
}

export function handleBatch(
  turn: Turn,
  run: (step: unknown, bodies: readonly unknown[]) => unknown,
  bodies: readonly unknown[],
): void {
  refuseUnfinished(run(turn, bodies), turn)
}

/** A named timer's message that was on its way when its timer was replaced or cancelled counts for nothing. */
function isStale({ ledger }: TurnContext, { timer }: Envelope): boolean {
  if (timer === undefined) return false
  if (ledger.get(timer_cell, timer.name) !== timer.id) return true
  ledger.delete(timer_cell, timer.name)
  return false
}

/** A call with a time-out is answered by whichever of the two comes first. */
function stillAsked({ ledger }: TurnContext, turn: Turn, id: string): boolean {
  if (!id.startsWith('t')) return true
  if (ledger.get(call_cell, id) === undefined) return false
  ledger.delete(call_cell, id)
  turn.cancel(callTimer(id))
  return true
}

function handleCall(
  { ledger }: TurnContext,
  turn: Turn,
  { run, body, asker, call, envelope }: Admitted & { kind: 'call' },
): void {
  const value = run(turn, body)
  refuseUnfinished(value, turn)
  if (!hasMark(value, laterMark)) {
    if (asker !== undefined) turn.reply(asker, { ok: true, value, version: versionOf(call.output) })
    return
  }
  if (asker === undefined || turn.laterUnder === undefined) return
  const cell = laterKey(envelope.name, turn.laterUnder)
  const waiting = ledger.get(later_cell, cell)
  ledger.set(later_cell, cell, [...(Array.isArray(waiting) ? waiting : []), asker])
}

function handleBuiltin(site: TurnContext, turn: Turn, name: Builtin, { body }: Envelope): void {
  if (name === '$timeout') {
    timeOut(site, turn, body)
    return
  }
  if (name === '$wake') {
    site.ledger.delete(timer_cell, wake_timer)
    if (site.hasPendingWork) keepAwake(site, turn)
    return
  }
  const id = typeof body === 'string' ? body : ''
  const bytes = deadLetterBytes(site.ledger, id)
  // Done before: a caller that asks twice gets what it wanted.
  if (bytes === undefined) return
  site.ledger.delete(dead_letter_cell, id)
  if (name === '$requeue') turn.resend(bytes)
}

const wake_timer = '$wake'

/**
 * Within a step that leaves something to be done which is no message any more: its host must not sleep for ever. A timer
 * wakes it as long as there is such.
 */
export function keepAwake(site: TurnContext, turn: Turn): void {
  if (site.timer(wake_timer) !== undefined) return
  turn.post(site.name, { name: '$wake', body: null, version: 0 }, { after: '1 minute', timer: wake_timer })
}

function timeOut(site: TurnContext, turn: Turn, body: Envelope['body']): void {
  if (!isFields(body)) return
  const { id, handler, note_version } = body
  if (typeof id !== 'string' || typeof handler !== 'string') return
  const message = site.definition.messages.get(handler)
  if (message?.kind !== 'answer' || !stillAsked(site, turn, id)) return
  // Newer code may be about by now.
  const note = message.note && readOutput(message.note, body.note, typeof note_version === 'number' ? note_version : 0)
  refuseUnfinished(message.run(turn, { ok: false, error: new DarqError('timeout') }, note), turn)
}

/** @throws when the handler has given back a promise, or has held its message */
function refuseUnfinished(value: unknown, turn: Turn): void {
  if (typeof value === 'object' && value !== null && 'then' in value && typeof value.then === 'function') {
    // Nobody awaits it, so its rejection would come up unhandled, far from here.
    Promise.resolve(value).catch(() => {})
    throw new DarqError('step_async', { facts: { expected: 'a handler that returns no promise' } })
  }
  if (turn.heldUnder !== undefined) throw new HeldBack(turn.heldUnder)
  if (hasMark(value, heldMark))
    throw new DarqError('step_closed', { facts: { expected: 'what this step’s own hold() gave' } })
}

function hasMark(value: unknown, mark: symbol): boolean {
  return typeof value === 'object' && value !== null && mark in value
}
