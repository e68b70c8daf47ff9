/**
 * One step while its handler runs: what it sends, sets and answers is gathered here, and written in one transaction when the
 * handler has returned.
 *
 * @module
 */
import {
  type AnyCall,
  content,
  isCall,
  type Kind,
  type Message,
  type MessageType,
  shapes,
} from '../crest/define/address.ts'
import type { Definition } from '../crest/define/definition.ts'
import { type Schema, versionOf } from '../crest/define/schema.ts'
import { dueAfter, type Span } from '../crest/define/span.ts'
import { type Held, heldMark, type Later, laterMark, reply, type SendOptions, type Then } from '../crest/define/step.ts'
import { type Asker, type Draft, encodeEnvelope, type Visitor } from '../crest/wire/envelope.ts'
import { uuid } from '../crest/wire/random.ts'
import { DarqError, toFacts } from '../error.ts'
import { timeOf } from '../options.ts'
import type { Cells } from './cells.ts'
import type { Sent } from './participant-context.ts'
import type { Timer } from './row.ts'

/** The DARQ that a step is of. */
export interface StepContext {
  readonly name: string
  readonly key: string
  readonly definition: Definition
  readonly cells: Cells
  readonly state: object
  readonly own: object
  readonly timers: { has(key: string): boolean }
  readonly random: () => number
  readonly knows: (darq: string) => boolean
  /** @throws {DarqError} `backpressure` when too many messages are held */
  checkHeld(): void
}

export type Outcome =
  | { readonly ok: true; readonly value: unknown; readonly version: number }
  | { readonly ok: false; readonly error: DarqError }

/** The runtime's own tables. */
export const later_cell = '$later'
export const answer_cell = '$answers'
export const dead_letter_cell = '$dead'

const encoder = new TextEncoder()

export class OpenStep {
  readonly state: object
  readonly own: object
  readonly key: string
  readonly now_ms: number
  readonly sent: Sent[] = []
  /** Set, or with `undefined` taken away. */
  readonly timers = new Map<string, Timer | undefined>()
  readonly released: string[] = []
  heldUnder: string | undefined
  laterUnder: string | undefined
  readonly #context: StepContext
  readonly #id: string
  #ids = 0
  #open = true

  /** @param id of what it is about; unique at its DARQ */
  constructor(context: StepContext, id: string, now_ms: number) {
    this.#context = context
    this.#id = id
    this.state = context.state
    this.own = context.own
    this.key = context.key
    this.now_ms = now_ms
  }

  close(): void {
    this.#open = false
  }

  #assertOpen(): void {
    if (!this.#open)
      throw new DarqError('step_closed', { facts: { expected: 'a step whose handler has not returned' } })
  }

  #newId(): string {
    this.#ids += 1
    return `${this.#id}.${this.#ids}`
  }

  random(): number {
    return this.#context.random()
  }
  uuid(): string {
    return uuid(this.#context.random)
  }

  send(message: Message<Kind>, options: SendOptions = {}): void {
    const { kind, own, body, input, key, many } = message[content]
    if (kind !== 'send' || (own && message.to !== this.#context.name)) {
      const expected = own ? 'an own message of this participant' : 'a one-way message'
      throw new DarqError('unknown_message', { facts: { expected, got: message.name } })
    }
    const draft = { name: message.name, body, version: versionIn(input) }
    const said = key === undefined ? draft : { ...draft, key }
    this.post(message.to, many ? { ...said, many } : said, options)
  }

  post(to: string, draft: Draft, { after, at, timer }: SendOptions = {}): void {
    this.#assertOpen()
    if (!this.#context.knows(to))
      throw new DarqError('unknown_address', { facts: { expected: 'a participant or a route', got: to } })
    const encoded = encodeEnvelope(draft)
    const bytes = typeof encoded === 'string' ? encoder.encode(encoded) : encoded
    if (after === undefined && at === undefined && timer === undefined) {
      this.sent.push({ to, bytes })
      return
    }
    const due_ms = timeOf('at', at ?? (after === undefined ? this.now_ms : dueAfter(this.now_ms, after)))
    const id = this.#newId()
    this.timers.set(timer === undefined ? `unnamed ${id}` : named(timer), { id, to, due_ms, bytes })
  }

  cancel(timer: string): void {
    this.#assertOpen()
    this.timers.set(named(timer), undefined)
  }

  /** Is there such a timer, as far as this step has come? */
  #isSet(timer: string): boolean {
    const key = named(timer)
    return this.timers.has(key) ? this.timers.get(key) !== undefined : this.#context.timers.has(key)
  }

  call(message: Message<Kind>, then: Then<never>, { timeout }: { timeout?: Span } = {}): void {
    const { kind, body, input, key } = message[content]
    const { own: handler, note } = then[reply]
    const shape = this.#context.definition.messages.get(handler)
    if (kind !== 'call' || shape?.kind !== 'answer')
      throw new DarqError('unknown_message', { facts: { expected: 'a call, and an own answer', got: message.name } })
    const id = `${timeout === undefined ? 'c' : 't'}${this.#newId()}`
    const asker: Asker = { to: this.#context.name, handler, id, note, note_version: versionIn(shape.note) }
    const draft = { name: message.name, body, version: versionIn(input), asker }
    this.post(message.to, key === undefined ? draft : { ...draft, key })
    if (timeout === undefined) return
    const { note_version } = asker
    const timeUp = { name: '$timeout', body: { handler, note, note_version, id }, version: 0 }
    this.post(this.#context.name, timeUp, { after: timeout, timer: callTimer(id) })
  }

  /** A call with a time-out waits as long as its timer is there. @returns whether an answer still counts; the next won't */
  settleCall(id: string): boolean {
    if (!id.startsWith('t')) return true
    const waits = this.#isSet(callTimer(id))
    if (waits) this.cancel(callTimer(id))
    return waits
  }

  answer(type: MessageType<AnyCall>, key: string, value: unknown): void {
    this.#assertOpen()
    const shape = type[shapes]
    if (!isCall(shape) || this.#context.definition.messages.get(type.name)?.kind !== 'call')
      throw new DarqError('unknown_message', { facts: { expected: 'a call of this participant', got: type.name } })
    const cell = laterKey(type.name, key)
    const askers = this.#context.cells.get(later_cell, cell)
    if (!Array.isArray(askers)) throw new DarqError('conflict', { facts: { expected: 'a call that waits', got: key } })
    this.#context.cells.delete(later_cell, cell)
    for (const asker of askers) this.reply(asker, { ok: true, value, version: versionOf(shape.output) })
  }

  /** Leaves a call's caller waiting under a key. */
  wait(call: string, key: string, asker: Asker | Visitor): void {
    const cell = laterKey(call, key)
    const waiting = this.#context.cells.get(later_cell, cell)
    this.#context.cells.set(later_cell, cell, [...(Array.isArray(waiting) ? waiting : []), asker])
  }

  /** Sends a call's outcome to the participant that asked, or keeps it for the client that will come and look. */
  reply(asker: Asker | Visitor, outcome: Outcome): void {
    const { cells } = this.#context
    if ('client' in asker) {
      for (const id of asker.has) cells.delete(answer_cell, answerKey(asker.client, id))
      const kept = outcome.ok ? { value: outcome.value } : { error: toFacts(outcome.error) }
      cells.set(answer_cell, answerKey(asker.client, asker.id), kept)
      return
    }
    const { to, handler: name, id, note, note_version } = asker
    const version = outcome.ok ? outcome.version : 0
    const body = outcome.ok ? { ok: true, value: outcome.value } : { ok: false, error: toFacts(outcome.error) }
    this.post(to, { name, body, version, echo: { id, note, note_version } })
  }

  hold(key: string): Held {
    this.#assertOpen()
    this.#context.checkHeld()
    this.heldUnder = key
    return { [heldMark]: true }
  }
  release(key: string): void {
    this.#assertOpen()
    this.released.push(key)
  }
  later(key: string): Later {
    this.#assertOpen()
    this.laterUnder = key
    return { [laterMark]: true }
  }
}

export function answerKey(client: string, id: string): string {
  return `${client}\n${id}`
}
function laterKey(call: string, key: string): string {
  return `${call}\n${key}`
}
function named(timer: string): string {
  return `named ${timer}`
}
/** @param key of a timer's row */
export function isNamed(key: string): boolean {
  return key.startsWith('named ')
}
function callTimer(id: string): string {
  return `$call ${id}`
}
function versionIn(schema: Schema | undefined): number {
  return schema === undefined ? 0 : versionOf(schema)
}
