/**
 * One step while it runs: what its handler sends, sets and answers is gathered here, and written as one record when it has
 * returned.
 *
 * @module
 */
import type { Lsn, Out } from '../../engine/types.ts'
import { DarqError } from '../../error.ts'
import { invalid, shown, timeOf } from '../../options.ts'
import { type AnyCall, content, isCall, type Kind, type Message, type MessageType, shapes } from '../define/address.ts'
import type { Definition } from '../define/definition.ts'
import { type Schema, versionOf } from '../define/schema.ts'
import { dueAfter, type Span } from '../define/span.ts'
import { type Held, heldMark, type Later, laterMark, reply, type SendOptions, type Then } from '../define/step.ts'
import { type Asker, type Draft, encodeEnvelope, type Visitor } from '../wire/envelope.ts'
import { outbound_darq, outboundCallOf } from '../wire/outbound-call.ts'
import type { Outcome } from '../wire/outcome.ts'
import { uuid } from '../wire/random.ts'
import { keepAnswer } from './answers.ts'
import type { Ledger } from './ledger.ts'
import type { ProcessorContext } from './processor-context.ts'

/** What a turn works on: its DARQ, as the processor holds it. */
export interface TurnContext {
  readonly name: string
  readonly key: string
  readonly definition: Definition
  readonly ledger: Ledger
  readonly state: object
  readonly own: object
  readonly context: ProcessorContext
  /** Something is to be done at its time that is no message in the log. */
  readonly hasPendingWork: boolean
  /** The record of a live timer of this name. */
  timer(name: string): Lsn | undefined
  /** @throws {DarqError} `backpressure` when too many messages are held */
  checkHeld(): void
}

const none: readonly Out[] = []
export const later_cell = '$later'
export const timer_cell = '$timers'
export const call_cell = '$calls'

/** Where the callers that wait under a key are kept. */
export function laterKey(call: string, key: string): string {
  return `${call}\n${key}`
}

export class Turn {
  readonly state: object
  readonly own: object
  readonly key: string
  readonly now_ms: number
  readonly consume: Lsn[] = []
  readonly released: string[] = []
  /** Named timers that were set, by the index of their message, or cancelled. */
  readonly timers = new Map<string, number | undefined>()
  heldUnder: string | undefined
  laterUnder: string | undefined
  readonly #site: TurnContext
  readonly #lsn: Lsn
  readonly #outs: (Out | undefined)[] = []
  #ids = 0
  #open = true

  constructor(site: TurnContext, lsn: Lsn) {
    this.#site = site
    this.#lsn = lsn
    this.state = site.state
    this.own = site.own
    this.key = site.key
    this.now_ms = site.context.clock.now_ms()
  }

  /** Ends the handler's time: what it does with the step from here on is refused. */
  close(): void {
    this.#open = false
  }

  get #ledger(): Ledger {
    if (this.#open) return this.#site.ledger
    throw new DarqError('step_closed', { facts: { expected: 'the step is used before its handler returns' } })
  }

  /** Unique in this DARQ for ever: a message is consumed once. */
  #id(): string {
    this.#ids += 1
    return `${this.#lsn}.${this.#ids}`
  }

  random(): number {
    return this.#site.context.random()
  }

  uuid(): string {
    return uuid(this.#site.context.random)
  }

  send(message: Message<Kind>, options: SendOptions = {}): void {
    const { kind, own, body, input, key, many } = message[content]
    if (kind !== 'send') throw new DarqError('unknown_message', { facts: { expected: 'a one-way message', got: kind } })
    if (own && message.to !== this.#site.name) {
      throw new DarqError('unknown_message', {
        facts: { expected: 'an own message of this participant', got: message.name },
      })
    }
    checkTimer(options.timer)
    const draft = { name: message.name, body, version: versionIn(input) }
    const said = key === undefined ? draft : { ...draft, key }
    this.post(message.to, many ? { ...said, many } : said, options)
  }

  /** Sends an envelope; with a time or a timer's name, later. */
  post(to: string, draft: Draft, { after, at, timer }: SendOptions = {}): void {
    const ledger = this.#ledger
    if (!this.#site.context.knows(to)) {
      throw new DarqError('unknown_address', { facts: { expected: 'a participant or a route', got: to } })
    }
    if (draft.asker !== undefined && this.#site.context.isAway(to)) {
      this.#outs.push({ to: outbound_darq, bytes: encodeEnvelope(outboundCallOf(to, draft), { wrapped: true }) })
      return
    }
    if (after === undefined && at === undefined && timer === undefined) {
      this.#outs.push({ to, bytes: encodeEnvelope(draft) })
      return
    }
    const due_ms = timeOf('at', at ?? (after === undefined ? this.now_ms : dueAfter(this.now_ms, after)))
    if (timer === undefined) {
      this.#outs.push({ to, bytes: encodeEnvelope(draft), due_ms })
      return
    }
    this.cancel(timer)
    const id = this.#id()
    // A message to oneself may be on its way already when its timer is replaced: the cell says which one counts.
    if (to === this.#site.name) ledger.set(timer_cell, timer, id)
    this.timers.set(timer, this.#outs.length)
    this.#outs.push({ to, bytes: encodeEnvelope({ ...draft, timer: { name: timer, id } }), due_ms })
  }

  cancel(timer: string): void {
    this.#ledger.delete(timer_cell, timer)
    if (this.timers.has(timer)) {
      const index = this.timers.get(timer)
      if (index !== undefined) this.#outs[index] = undefined
    } else {
      const lsn = this.#site.timer(timer)
      if (lsn !== undefined) this.consume.push(lsn)
    }
    this.timers.set(timer, undefined)
  }

  call(message: Message<Kind>, then: Then<never>, options: { timeout?: Span } = {}): void {
    const { kind, body, input, key } = message[content]
    if (kind !== 'call') throw new DarqError('unknown_message', { facts: { expected: 'a call', got: kind } })
    const { own, note } = then[reply]
    const shape = this.#site.definition.messages.get(own)
    if (shape?.kind !== 'answer')
      throw new DarqError('unknown_message', { facts: { expected: 'an own answer', got: own } })
    const timed = options.timeout !== undefined
    const echo = { id: `${timed ? 't' : 'c'}${this.#id()}`, note, note_version: versionIn(shape.note) }
    const asker: Asker = { to: this.#site.name, handler: own, ...echo }
    if (options.timeout !== undefined) {
      this.#ledger.set(call_cell, echo.id, own)
      const body = { handler: own, note: echo.note, note_version: echo.note_version, id: echo.id }
      this.post(
        this.#site.name,
        { name: '$timeout', body, version: 0 },
        { after: options.timeout, timer: callTimer(echo.id) },
      )
    }
    const draft = { name: message.name, body, version: versionIn(input), asker }
    this.post(message.to, key === undefined ? draft : { ...draft, key })
  }

  answer(type: MessageType<AnyCall>, key: string, value: unknown): void {
    const ledger = this.#ledger
    const shape = type[shapes]
    if (!isCall(shape) || this.#site.definition.messages.get(type.name)?.kind !== 'call') {
      throw new DarqError('unknown_message', { facts: { expected: 'a call of this participant', got: type.name } })
    }
    const cell = laterKey(type.name, key)
    const askers = ledger.get(later_cell, cell)
    if (!Array.isArray(askers)) throw new DarqError('conflict', { facts: { expected: 'a call that waits', got: key } })
    ledger.delete(later_cell, cell)
    for (const asker of askers) this.reply(asker, { ok: true, value, version: versionOf(shape.output) })
  }

  /** Sends a call's outcome to the caller, or keeps it where a client will come and look. */
  reply(asker: Asker | Visitor, outcome: Outcome): void {
    if ('client' in asker) {
      keepAnswer(this.#ledger, asker, outcome)
      return
    }
    const { to, handler, id, note, note_version } = asker
    const { name, body, version } = answerDraft(handler, outcome)
    this.post(to, { name, body, version, echo: { id, note, note_version } })
  }

  /** Sends an encoded message to the participant itself. */
  resend(bytes: Uint8Array): void {
    this.#outs.push({ to: this.#site.name, bytes })
  }

  hold(key: string): Held {
    void this.#ledger
    this.#site.checkHeld()
    this.heldUnder = key
    return { [heldMark]: true }
  }

  release(key: string): void {
    void this.#ledger
    this.released.push(key)
  }

  later(key: string): Later {
    void this.#ledger
    this.laterUnder = key
    return { [laterMark]: true }
  }

  /** What goes out, and where in it each named timer stands. */
  outs(): { readonly outs: readonly Out[]; readonly timers: ReadonlyMap<string, number | undefined> } {
    if (this.#outs.length === 0) return { outs: none, timers: this.timers }
    const outs: Out[] = []
    const places = this.#outs.map((out) => (out === undefined ? undefined : outs.push(out) - 1))
    const timers = new Map(
      [...this.timers].map(([name, index]) => [name, index === undefined ? undefined : places[index]] as const),
    )
    return { outs, timers }
  }
}

/** Names that start with $ are those of the runtime's own timers. */
function checkTimer(timer: string | undefined): void {
  if (timer === undefined || (typeof timer === 'string' && !timer.startsWith('$'))) return
  throw invalid('a timer’s name: a string that does not start with $', shown(timer))
}

/** The timer that ends a call's wait. */
export function callTimer(id: string): string {
  return `$call ${id}`
}

function answerDraft(name: string, outcome: Outcome): Draft {
  if (outcome.ok) return { name, version: outcome.version, body: { ok: true, value: outcome.value } }
  const { code, message, retryable, facts } = outcome.error
  return { name, version: 0, body: { ok: false, error: { code, message, retryable, facts } } }
}

function versionIn(schema: Schema | undefined): number {
  return schema === undefined ? 0 : versionOf(schema)
}
