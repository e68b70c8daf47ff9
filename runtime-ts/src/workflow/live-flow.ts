/**
 * A workflow's function while it runs: what it asks for becomes commands, and events settle what it awaits. Between `begin`
 * and `end` it is told something and goes on; what it does then is either new, or must be what the journal says it did.
 *
 * @module
 */
import { content, type Kind, type Message } from '../crest/define/address.ts'
import type { Definition } from '../crest/define/definition.ts'
import type { Run } from '../crest/define/effects.ts'
import { check, readInput } from '../crest/define/schema.ts'
import { dueAfter, type Span } from '../crest/define/span.ts'
import type { SendOptions, Step } from '../crest/define/step.ts'
import { readErrorFacts } from '../crest/wire/envelope.ts'
import { handlerError } from '../crest/wire/failure.ts'
import { uuid } from '../crest/wire/random.ts'
import { DarqError, fromFacts, isA, type Plain } from '../error.ts'
import { invalid, timeOf } from '../options.ts'
import { textOf } from '../text.ts'
import { Commands } from './commands.ts'
import type { EffectOptions } from './flow.ts'
import { generator } from './generator.ts'
import { Inbox, type InboxMessage } from './inbox.ts'
import { effectJob, type Fresh, type Issued, type Waiting } from './issued.ts'
import { type Command, type Event, inWords, isSameCommand } from './journal.ts'
import { fitting, plainCopy } from './plain.ts'
import { Races } from './races.ts'
import type { Timeline } from './timeline.ts'
import { type Undo, Undos } from './undos.ts'
import { at, comesFrom, foreign, mismatch } from './workflow-error.ts'

/** What a flow needs of its instance. */
export interface FlowContext {
  readonly key: string
  readonly seed: string
  readonly definition: Definition
  readonly knows: (darq: string) => boolean
  /** What the run is started with. @throws {DarqError} `schema` when this code doesn't take it */
  readonly input: () => unknown
  /** Past this many commands an instance may ask for nothing more, but in its undos. */
  readonly commands_max: number
  /** A receive that has lost a race takes nothing. */
  readonly races: boolean
  /** The most that a value may have which the function hands over. */
  readonly message_bytes_max: number
  /** The function has gone on while nothing was told to it: see `failure`. */
  readonly nondeterministic: (flow: LiveFlow) => void
}

export type Body = (flow: LiveFlow, input: unknown) => Promise<unknown>

/** How a run has ended. */
export type Outcome =
  | { readonly kind: 'done'; readonly value: unknown }
  | { readonly kind: 'failed'; readonly error: DarqError }
  | { readonly kind: 'again'; readonly input: unknown }

class Again {
  readonly input: unknown
  constructor(input: unknown) {
    this.input = input
  }
}

/** What has come before it was asked for; with its name, where several were. */
type Early = InboxMessage | { readonly name: string; readonly message: InboxMessage }

export class LiveFlow {
  readonly id: string
  /** Undefined as long as the function runs. */
  outcome: Outcome | undefined
  /** Grows with everything that the function does. */
  activity = 0
  readonly #context: FlowContext
  readonly #body: Body
  readonly #random: () => number
  readonly #stop = new AbortController()
  readonly #commands: Commands
  readonly #inbox = new Inbox<Waiting>()
  readonly #races = new Races()
  readonly #undos = new Undos()
  #shown = new Map<string, Plain>()
  #now_ms = 0
  #active = false
  #cancelled: DarqError | undefined
  #undoing = false
  #failure: DarqError | undefined

  constructor(context: FlowContext, body: Body) {
    this.id = context.key
    this.#context = context
    this.#body = body
    this.#commands = new Commands(context.key, context.message_bytes_max)
    this.#random = generator(context.seed)
  }

  /* ---------- what happens to it ---------- */

  /**
   * @param recorded what it did when it was told this before; undefined when it was not
   * @param mayGoOn nothing was told after it
   */
  begin(at_ms: number, recorded?: readonly Command[], mayGoOn = true): void {
    this.#now_ms = at_ms
    this.#commands.begin(recorded, mayGoOn)
    this.#active = true
  }

  tell(event: Event): void {
    switch (event[0]) {
      case 'start':
        this.#start()
        return
      case 'message':
        this.#message(event[1], event[2], event[3])
        return
      case 'answer':
        this.#answer(event[1], event[2], event[3])
        return
      case 'failed':
        this.#settle(event[1], 'failed')?.reject(fromFacts(readErrorFacts(event[2])))
        return
      case 'due':
        this.#due(event[1])
        return
      case 'cancel':
        this.#cancel(event[1])
    }
  }

  /**
   * Everything that it could do about what it was told, it has done.
   *
   * @returns what is wrong with it, if something is
   */
  end(): DarqError | undefined {
    this.#active = false
    if (this.#failure !== undefined) return this.#failure
    const { script, spot } = this.#commands
    script.skipChanges()
    const left = script.next
    if (left !== undefined) return mismatch(spot, left, undefined)
    if (this.outcome !== undefined || !script.mayGoOn) return undefined
    if (this.#commands.isIdle) return foreign(spot, 'it waits for something that the flow has not given it')
    const isOver = ({ hasLost, receives, due_ms }: Waiting): boolean =>
      receives !== undefined && due_ms === undefined && hasLost()
    return this.#commands.allWaiting.every(isOver)
      ? foreign(spot, 'it waits for a receive that has lost a race: ask for another')
      : undefined
  }

  /** It can't go on; nothing that it has done since counts. */
  get failure(): DarqError | undefined {
    return this.#failure
  }

  get fresh(): Fresh {
    const { issued, settled } = this.#commands
    return { issued, settled, shown: this.#shown }
  }

  get hasFresh(): boolean {
    const { issued, settled, shown } = this.fresh
    return issued.length > 0 || settled.length > 0 || shown.size > 0
  }

  /** What was fresh is written down. */
  written(): void {
    this.#commands.written()
    this.#shown = new Map()
  }

  get timeline(): Timeline {
    return this.#commands.timeline
  }

  get isCancelled(): boolean {
    return this.#cancelled !== undefined
  }

  /** What it waits for. */
  get waiting(): readonly Issued[] {
    return this.#commands.allWaiting
  }

  /** What has come and nobody has received. */
  get unreceived(): readonly Event[] {
    return this.#inbox.unreceived
  }

  isWaiting(index: number): boolean {
    return this.#commands.waiting(index) !== undefined
  }

  /** Forgets what was shown and is known already. */
  dropShown(isKnown: (name: string, value: Plain) => boolean): void {
    for (const [name, value] of this.#shown) if (isKnown(name, value)) this.#shown.delete(name)
  }

  /** Whether another message of this name can wait. */
  hasRoom(name: string): boolean {
    return this.#inbox.hasRoom(name)
  }

  #start(): void {
    try {
      void this.#run(this.#context.input())
    } catch (error) {
      this.#failure ??= at(this.id, 'start', handlerError(error))
    }
  }

  async #run(input: unknown): Promise<void> {
    let outcome: Outcome
    try {
      outcome = { kind: 'done', value: await this.#body(this, input) }
    } catch (thrown) {
      outcome = isA(thrown, Again) ? { kind: 'again', input: thrown.input } : await this.#fail(this.#named(thrown))
    }
    this.activity += 1
    if (!this.#active) this.#nondeterministic('it went on by itself, without an event of the flow')
    this.#stop.abort(new DarqError('closed', { message: 'the instance has ended' }))
    this.outcome = outcome
  }

  /** What `Promise.any` or somebody's own error has wrapped is still the cancellation. */
  #named(thrown: unknown): DarqError {
    const cancelled = this.#cancelled
    return cancelled !== undefined && comesFrom(thrown, cancelled) ? cancelled : handlerError(thrown)
  }

  /** Ends what still runs, and undoes what was done. */
  async #fail(error: DarqError): Promise<Outcome> {
    this.#undoing = true
    this.#rejectAll(new DarqError('cancelled', { facts: { instance: this.id, reason: 'the function has thrown' } }))
    const failed = await this.#undos.run((wrong) => {
      this.#failure ??= wrong
    })
    if (failed.length === 0) return { kind: 'failed', error }
    const facts = { instance: this.id, undo_failed: failed, ...(error.facts !== undefined && { facts: error.facts }) }
    const { code, retryable, message } = error
    return { kind: 'failed', error: new DarqError(code, { cause: error, retryable, message, facts }) }
  }

  #message(name: string, body: Plain, version: number): void {
    this.timeline.happened(`message ${name}`, this.#now_ms)
    const shape = this.#context.definition.messages.get(name)
    let value: unknown
    try {
      value = shape?.kind === 'send' ? readInput(shape.input, body, version).output : body
    } catch (error) {
      this.#failure ??= at(this.id, `message ${name}`, handlerError(error))
      return
    }
    const receiver = this.#inbox.put(name, { body, version, value }, ({ hasLost }) => !hasLost())
    if (receiver !== undefined) this.#hand(receiver, name, value)
  }

  #hand(receiver: Waiting, name: string, value: unknown): void {
    const { names = [], named = false } = receiver.receives ?? {}
    this.#inbox.leave(names, receiver)
    this.#settle(receiver.index, 'ok')
    receiver.resolve(named ? { name, value } : value)
  }

  /** One that had lost is asked for again: it has what came meanwhile. */
  #askedAgain(waiting: Waiting): void {
    if (!this.#active || this.#commands.waiting(waiting.index) !== waiting || waiting.hasLost()) return
    const early = this.#inbox.take(waiting.receives?.names ?? [])
    if (early === undefined) return
    this.activity += 1
    this.#hand(waiting, early.name, early.message.value)
  }

  #answer(index: number, value: Plain, version: number): void {
    const waiting = this.#settle(index, 'ok')
    if (waiting === undefined) return
    const output = waiting.message?.[content].output
    try {
      waiting.resolve(output === undefined ? value : readInput(output, value, version).input)
    } catch (error) {
      waiting.reject(at(this.id, inWords(waiting.command), handlerError(error)))
    }
  }

  #due(index: number): void {
    const waiting = this.#commands.waiting(index)
    if (waiting === undefined) return
    const [kind] = waiting.command
    if (kind === 'call') {
      const error = new DarqError('timeout', { facts: { instance: this.id, step: inWords(waiting.command) } })
      this.#commands.letGo(waiting, 'failed', error, this.#now_ms)
      return
    }
    this.#settle(index, 'ok')
    if (waiting.receives !== undefined) this.#inbox.leave(waiting.receives.names, waiting)
    waiting.resolve(undefined)
  }

  #cancel(reason: string): void {
    if (this.#cancelled !== undefined || this.#undoing) return
    this.timeline.happened(reason === '' ? 'cancel' : `cancel: ${reason}`, this.#now_ms)
    this.#cancelled = new DarqError('cancelled', { facts: { instance: this.id, reason } })
    this.#stop.abort(this.#cancelled)
    this.#rejectAll(this.#cancelled)
  }

  #rejectAll(error: DarqError): void {
    this.#inbox.leaveAll()
    for (const waiting of this.#commands.allWaiting) this.#commands.letGo(waiting, 'dropped', error, this.#now_ms)
  }

  #settle(index: number, came: 'ok' | 'failed'): Waiting | undefined {
    return this.#commands.settle(index, came, this.#now_ms)
  }

  /* ---------- what it does ---------- */

  get signal(): AbortSignal {
    return this.#stop.signal
  }

  call(message: Message<Kind>, { timeout, undo }: { timeout?: Span; undo?: Undo } = {}): Promise<unknown> {
    return this.#promise(() => {
      this.#checkMessage(message, 'call')
      return {
        command: ['call', message.to, message.name],
        message,
        ...(timeout !== undefined && { due_ms: dueAfter(this.#now_ms, timeout) }),
      }
    }, undo)
  }

  async send(message: Message<Kind>): Promise<void> {
    this.#send(message, {})
  }

  async step(run: (step: Pick<Step, 'send'>) => unknown): Promise<void> {
    this.#checkMay()
    const sends: (readonly [Message<Kind>, SendOptions])[] = []
    let isOpen = true
    const returned = run({
      send: (message, options = {}) => {
        if (!isOpen) throw new DarqError('step_closed', { facts: { instance: this.id } })
        this.#checkMessage(message, 'send')
        sends.push([message, options])
      },
    })
    isOpen = false
    if (returned instanceof Promise) {
      returned.catch(() => {})
      throw new DarqError('step_async', { facts: { instance: this.id, expected: 'a step that returns no promise' } })
    }
    for (const [message, options] of sends) this.#send(message, options)
  }

  #send(message: Message<Kind>, options: SendOptions): void {
    this.#checkMay()
    this.#checkMessage(message, 'send')
    const { after, at: at_ms, timer } = options
    const due_ms = at_ms ?? (after === undefined ? undefined : dueAfter(this.#now_ms, after))
    if (due_ms !== undefined) timeOf('at', due_ms)
    const later = { ...(due_ms !== undefined && { at: due_ms }), ...(timer !== undefined && { timer }) }
    this.#do({ command: ['send', message.to, message.name], message, options: later })
  }

  effect(
    name: string,
    run: (run: Run) => Promise<unknown>,
    { undo, ...options }: EffectOptions & { undo?: Undo } = {},
  ): Promise<unknown> {
    return this.#promise(() => ({ command: ['effect', name], effect: effectJob(name, run, options) }), undo)
  }

  sleep(span: Span): Promise<unknown> {
    return this.#promise(() => ({ command: ['sleep'], due_ms: dueAfter(this.#now_ms, span) }))
  }

  receive(asked: string | readonly string[], { timeout }: { timeout?: Span } = {}): Promise<unknown> {
    return this.#promise(() => {
      const receives = { names: typeof asked === 'string' ? [asked] : [...asked], named: typeof asked !== 'string' }
      this.#checkReceived(receives.names)
      const early = this.#inbox.take(receives.names)
      return {
        ...{ command: ['receive', receives.names.join(' or ')], receives },
        ...(early !== undefined && { early: receives.named ? early : early.message }),
        ...(early === undefined && timeout !== undefined && { due_ms: dueAfter(this.#now_ms, timeout) }),
      }
    })
  }

  #checkReceived(names: readonly string[]): void {
    if (names.length === 0) throw invalid('receive: a message, or a list of at least one')
    for (const name of names) {
      const shape = this.#context.definition.messages.get(name)
      if (shape?.kind === 'send' && !name.startsWith('$')) continue
      throw new DarqError('unknown_message', {
        facts: { instance: this.id, expected: `a one-way message of ${this.#context.definition.name}`, got: name },
      })
    }
  }

  show(name: string, value: unknown): void {
    this.#checkActive()
    const shape = this.#context.definition.messages.get(name)
    if (shape?.kind !== 'query')
      throw new DarqError('unknown_message', { facts: { instance: this.id, expected: 'a query', got: name } })
    check(shape.output, value)
    const shown = plainCopy(value, this.#context.message_bytes_max)
    // It was shown when it was recorded; only what came last may not be.
    if (this.#commands.script.mayGoOn) this.#shown.set(name, shown)
    this.activity += 1
  }

  undo(name: string, run: () => Promise<unknown>): void {
    this.#checkActive()
    this.#undos.add(name, run)
  }

  async changed(change: string): Promise<boolean> {
    this.#checkMay()
    const command: Command = ['changed', textOf('changed', change)]
    const { isBeyond, next } = this.#commands.script
    if (!isBeyond && (next === undefined || !isSameCommand(next, command))) return false
    this.#do({ command })
    return true
  }

  continueAsNew(input: unknown): never {
    this.#checkMay()
    throw new Again(plainCopy(input, this.#context.message_bytes_max))
  }

  now(): number {
    this.#checkActive()
    return this.#now_ms
  }
  random(): number {
    this.#checkActive()
    return this.#random()
  }
  uuid(): string {
    this.#checkActive()
    return uuid(this.#random)
  }

  /** A command with an answer to wait for. */
  #promise(make: () => Omit<Issued, 'index'> & { readonly early?: Early }, undo?: Undo): Promise<unknown> {
    const { promise, resolve, reject } = Promise.withResolvers<unknown>()
    // It may be one that the function never awaits, such as the loser of a race.
    promise.catch(() => {})
    let again = (): void => {}
    const entrant = this.#context.races ? this.#races.enter(promise, () => again()) : undefined
    const came = (value: unknown): void => {
      entrant?.settle('onFulfilled')
      resolve(value)
    }
    const failed = (error: DarqError): void => {
      entrant?.settle('onRejected')
      reject(error)
    }
    try {
      this.#checkMay()
      const { early, ...made } = make()
      const issued = this.#do(made)
      if (early !== undefined) {
        this.timeline.ended(issued.index, this.#now_ms, 'ok')
        came('message' in early ? { name: early.name, value: early.message.value } : early.value)
      } else {
        const hasLost = (): boolean => entrant?.hasLost ?? false
        const waiting =
          undo === undefined
            ? { ...issued, resolve: came, reject: failed, hasLost }
            : { ...this.#undos.undoable(issued, undo, came, failed), hasLost }
        this.#commands.wait(waiting)
        if (waiting.receives !== undefined) {
          this.#inbox.wait(waiting.receives.names, waiting)
          again = () => this.#askedAgain(waiting)
        }
      }
    } catch (thrown) {
      failed(handlerError(thrown))
    }
    return promise
  }

  #do(made: Omit<Issued, 'index'>): Issued {
    this.activity += 1
    const issued = this.#commands.note(made, this.#now_ms)
    if (!(issued instanceof DarqError)) return issued
    this.#failure ??= issued
    throw this.#failure
  }

  #checkActive(): void {
    if (!this.#active) throw this.#nondeterministic('it goes on after something else than an event of the flow')
  }

  #nondeterministic(reason: string): DarqError {
    const error = foreign(this.#commands.spot, reason)
    // What is left of a function that has ended harms nobody.
    if (this.outcome === undefined && this.#failure === undefined) {
      this.#failure = error
      this.#context.nondeterministic(this)
    }
    return error
  }

  #checkMay(): void {
    this.#checkActive()
    if (this.#failure !== undefined) throw this.#failure
    if (this.#undoing) return
    if (this.#cancelled !== undefined) throw this.#cancelled
    if (this.#commands.script.place >= this.#context.commands_max)
      throw new DarqError('too_large', {
        facts: { instance: this.id, expected: `continueAsNew before ${this.#context.commands_max} commands` },
      })
  }

  #checkMessage(message: Message<Kind>, kind: Kind): void {
    const { kind: got, own, body } = message[content]
    if (got !== kind || own)
      throw new DarqError('unknown_message', { facts: { instance: this.id, expected: `a ${kind}`, got } })
    if (!this.#context.knows(message.to))
      throw new DarqError('unknown_address', {
        facts: { instance: this.id, expected: 'a participant or a route', got: message.to },
      })
    try {
      fitting(body, this.#context.message_bytes_max)
    } catch (error) {
      throw at(this.id, `${kind} ${message.to} ${message.name}`, handlerError(error))
    }
  }
}
