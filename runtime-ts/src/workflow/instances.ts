/**
 * All instances of a workflow that live in one DARQ: each message finds its instance, or makes it.
 *
 * @module
 */

import { readInput } from '../crest/define/schema.ts'
import { type Arrival, type Live, type LiveContext, nothingYet } from '../crest/run/live.ts'
import type { Turn } from '../crest/run/turn.ts'
import { type Asker, isFields, type Visitor } from '../crest/wire/envelope.ts'
import { isBackpressure, ownError } from '../crest/wire/failure.ts'
import { uuid } from '../crest/wire/random.ts'
import { DarqError, type Plain } from '../error.ts'
import { Askers } from './askers.ts'
import { callId } from './command-runner.ts'
import { describe, list } from './describe.ts'
import { EffectRuns } from './effect-runs.ts'
import { askedOf, hasEnded } from './ending.ts'
import { Instance, type InstanceContext } from './instance.ts'
import {
  type Event,
  effect_cell,
  type Header,
  header_cell,
  journalCell,
  journalCells,
  readHeader,
  show_cell,
  within,
} from './journal.ts'
import type { Body } from './live-flow.ts'
import { moveKeys, olderKeys } from './older-keys.ts'
import { frozen, isSame, plainCopy } from './plain.ts'
import { Results } from './results.ts'
import { StartingRoom } from './starting-room.ts'
import { Sweeper } from './sweeper.ts'

export interface Limits {
  readonly running_max: number
  readonly finished_max: number
  readonly keep_ms: number
  readonly commands_max: number
  readonly effects_max: number
}

const pause_ms = 50
/** How long a message waits for the start of its instance, how often that is looked for, and how many may wait. */
const patience_ms = 30_000
const look_ms = 500
const early_max = 1_000

export class Instances implements Live {
  readonly #context: LiveContext
  readonly #limits: Limits
  readonly #effects: EffectRuns
  readonly #instanceContext: InstanceContext
  readonly #live = new Map<string, Instance>()
  readonly #askers: Askers
  readonly #results: Results
  readonly #room: StartingRoom
  /** What has come before the state was there. */
  #early: Arrival[] | undefined = []
  readonly #sweeper: Sweeper
  /** Messages of instances that have not started, and since when they wait. */
  readonly #early_ms = new Map<Arrival['lsn'], number>()

  constructor(context: LiveContext, body: Body, limits: Limits) {
    this.#context = context
    this.#limits = limits
    this.#askers = new Askers(context)
    this.#results = new Results(context, limits)
    this.#room = new StartingRoom(context)
    this.#sweeper = new Sweeper(context)
    this.#effects = new EffectRuns(context, limits.effects_max)
    this.#instanceContext = {
      ...{ context, body, effects: this.#effects, commands_max: limits.commands_max, busy: new Set<Instance>() },
      sweep: (cell) => this.#sweeper.sweep(cell),
      ending: (turn, instance, header) => this.#ending(turn, instance.key, header),
      ended: (instance) => this.#ended(instance),
    }
  }

  get hasUnwrittenWork(): boolean {
    return this.#instanceContext.busy.size > 0
  }

  get hasPendingWork(): boolean {
    return this.#context.ledger.size(effect_cell) > 0 || this.#instanceContext.busy.size > 0
  }

  restored(): void {
    const { ledger } = this.#context
    const early = this.#early ?? []
    this.#early = undefined
    this.#moveOlderKeys()
    const finished: [string, number][] = []
    const journals = new Set(ledger.cellsWith(journalCells))
    for (const [key, { present, value }] of ledger.table(header_cell)) {
      if (!present) continue
      const header = this.#header(key, value)
      if (header === undefined) continue
      if (header.ended_ms === undefined) {
        journals.delete(journalCell(key, header.run))
        this.#live.set(key, new Instance(key, header, false, this.#instanceContext))
      } else finished.push([key, header.ended_ms])
    }
    for (const [key, ended_ms] of finished.sort(([, one], [, other]) => one - other)) this.#results.keep(key, ended_ms)
    for (const cell of journals) this.#sweeper.sweep(cell)
    for (const instance of this.#live.values()) instance.replay()
    for (const arrival of early) this.arrived(arrival)
  }

  #moveOlderKeys(): void {
    const { ledger } = this.#context
    const moves = olderKeys(ledger)
    if (moves.length === 0) return
    try {
      this.#context.step([], () => moveKeys(ledger, moves))
    } catch (thrown) {
      this.#context.report(ownError(thrown))
    }
  }

  #header(key: string, value: unknown): Header | undefined {
    try {
      return readHeader(value)
    } catch (thrown) {
      this.#context.report(new DarqError('corrupt', { cause: thrown, facts: { instance: key } }))
      return undefined
    }
  }

  detached(reason: DarqError): void {
    this.#effects.dropAll(reason)
    this.#early = []
  }

  /* ---------- messages ---------- */

  arrived(arrival: Arrival): void {
    if (this.#early !== undefined) {
      this.#early.push(arrival)
      return
    }
    try {
      this.#take(arrival)
    } catch (thrown) {
      const error = ownError(thrown)
      if (error.code === 'closed' || error.code === 'fenced') return
      if (!isBackpressure(error)) this.#context.refuse(arrival, error)
      else {
        this.#context.report(error)
        this.#context.after(pause_ms, () => this.arrived(arrival))
      }
    }
  }

  /** @throws {DarqError} what the message is refused with; `backpressure` to try again */
  #take(arrival: Arrival): void {
    const { admitted } = arrival
    if (admitted.kind === 'answer') {
      const { id, note } = admitted.echo
      const answer = admitted.envelope.body
      const isOk = admitted.answer.ok && isFields(answer)
      const make = (command: number): Event =>
        isOk
          ? ['answer', command, answer.value, admitted.envelope.version]
          : ['failed', command, isFields(answer) ? answer.error : undefined]
      // An instance of the same key may have been there before, and was forgotten: its calls are not this one's.
      this.#settles(arrival, note as Plain, make, id)
      return
    }
    const { name, body } = admitted.envelope
    if (name === '$due') {
      this.#settles(arrival, body, (command) => ['due', command])
      return
    }
    const key = this.#keyOf(arrival)
    if (admitted.kind === 'call') this.#start(key, arrival, admitted.asker)
    else this.#tell(key, arrival, name, body)
  }

  #keyOf({ admitted: { envelope } }: Arrival): string {
    if (this.#context.definition.darqs === undefined) return this.#context.key
    if (envelope.key !== undefined) return envelope.key
    throw new DarqError('unknown_address', {
      facts: { expected: 'the key of an instance: this DARQ has many', got: this.#context.name },
    })
  }

  /** An event for one command of a run; one that is over by now has no use for it. */
  #settles(arrival: Arrival, note: Plain, make: (command: number) => Event, call?: string): void {
    const { key, run, command } = isFields(note) ? note : {}
    const instance = typeof key === 'string' ? this.#live.get(key) : undefined
    if (instance === undefined || instance.header.run !== run || typeof command !== 'number')
      this.#context.step([arrival], () => {})
    else if (call !== undefined && call !== callId(instance.header, command)) this.#context.step([arrival], () => {})
    else instance.happen({ event: frozen(make(command)), at_ms: this.#now_ms, arrival })
  }

  #start(key: string, arrival: Arrival, asker: Asker | Visitor | undefined): void {
    const { ledger, context } = this.#context
    const { body, version } = arrival.admitted.envelope
    const known = ledger.get(header_cell, key)
    const live = this.#live.get(key)
    if (known === undefined && live === undefined) {
      if (this.#live.size >= this.#limits.running_max)
        throw new DarqError('quota', {
          facts: { instance: key, expected: `at most ${this.#limits.running_max} instances that run at one DARQ` },
        })
      this.#room.take(key, body, this.#live.size)
      const header: Header = {
        ...{ status: 'running', seed: uuid(context.random), started_ms: this.#now_ms },
        ...{ run: 1, input: body, input_version: version, races: true },
      }
      const instance = new Instance(key, header, true, this.#instanceContext)
      this.#live.set(key, instance)
      const also = (turn: Turn): void => {
        this.#room.started(key)
        ledger.set(header_cell, key, instance.header as unknown as Plain)
        this.#askers.add(turn, key, asker)
      }
      instance.happen({ event: ['start'], at_ms: this.#now_ms, arrival, also })
      return
    }
    // Nothing of the first is written down: this one comes after it.
    if (known === undefined) {
      this.#context.after(0, () => this.arrived(arrival))
      return
    }
    const header = live?.header ?? readHeader(known)
    if (!this.#isSameStart(header, body, version))
      throw new DarqError('conflict', {
        facts: {
          ...{ instance: key, expected: 'the input that it was started with', status: header.status },
          do: 'start another instance under another key, or this one again when it is forgotten',
        },
      })
    this.#context.step([arrival], (turn) => {
      if (header.ended_ms === undefined) this.#askers.add(turn, key, asker)
      else this.#askers.reply(turn, asker, header)
    })
  }

  /** Equal as they came, or as this code reads them: an older client may ask again, or this host have newer code. */
  #isSameStart(header: Header, body: Plain, version: number): boolean {
    const asked = askedOf(header)
    if (isSame(asked.value, body)) return true
    const start = this.#context.definition.messages.get('start')
    if (start?.kind !== 'call') return false
    try {
      const [one, other] = [
        readInput(start.input, asked.value, asked.version).input,
        readInput(start.input, body, version).input,
      ].map((input) => plainCopy(input, Number.POSITIVE_INFINITY))
      return isSame(one, other)
    } catch {
      return false // one of them is none that this code can read
    }
  }

  #tell(key: string, arrival: Arrival, name: string, body: Plain): void {
    const instance = this.#live.get(key)
    if (instance === undefined && this.#mayStart(key, arrival)) {
      this.#context.after(look_ms, () => this.arrived(arrival))
      return
    }
    this.#early_ms.delete(arrival.lsn)
    if (instance === undefined) throw this.#noSuch(key)
    const reason = typeof body === 'string' ? body : ''
    switch (name) {
      case '$resume':
        instance.resume(arrival)
        return
      case '$abandon':
        instance.abandon(arrival, reason)
        return
      case '$cancel':
        if (instance.isCancelled) {
          this.#context.step([arrival], () => {})
          return
        }
        instance.happen({ event: ['cancel', reason], at_ms: this.#now_ms, arrival })
        return
      default: {
        if (!instance.hasRoom(name))
          throw new DarqError('quota', { facts: { instance: key, expected: `fewer ${name} that nobody has received` } })
        const { version } = arrival.admitted.envelope
        instance.happen({ event: frozen(['message', name, body, version]), at_ms: this.#now_ms, arrival })
      }
    }
  }

  /** A message may come before the start that it follows: that one was taken back perhaps, and is on its way again. */
  #mayStart(key: string, { lsn }: Arrival): boolean {
    if (this.#context.ledger.get(header_cell, key) !== undefined) return false
    const now_ms = this.#now_ms
    const since_ms = this.#early_ms.get(lsn)
    if (since_ms === undefined && this.#early_ms.size >= early_max) return false
    if (since_ms === undefined) this.#early_ms.set(lsn, now_ms)
    return now_ms - (since_ms ?? now_ms) < patience_ms
  }

  #noSuch(key: string): DarqError {
    const known = this.#context.ledger.get(header_cell, key)
    if (known !== undefined) return hasEnded(key, readHeader(known))
    return new DarqError('conflict', { facts: { instance: key, expected: 'an instance that runs', got: 'none' } })
  }

  get #now_ms(): number {
    return this.#context.context.clock.now_ms()
  }

  /* ---------- the end of an instance ---------- */

  /** Within the step that ends it. */
  #ending(turn: Turn, key: string, header: Header): void {
    this.#askers.tell(turn, key, header)
    this.#sweeper.clear(journalCell(key, header.run))
    this.#results.makeRoom(key)
  }

  #ended(instance: Instance): void {
    this.#live.delete(instance.key)
    this.#results.forgotten()
    this.#results.keep(instance.key, instance.header.ended_ms ?? this.#now_ms)
  }

  /* ---------- queries ---------- */

  query(name: string, key: string, body: unknown): unknown {
    const { ledger } = this.#context
    if (name === '$list')
      return list(ledger, body as Plain, (key, value) => this.#live.get(key)?.header ?? this.#header(key, value))
    const known = ledger.get(header_cell, key)
    if (known === undefined) return nothingYet
    const header = readHeader(known)
    if (name === '$describe') {
      const live = this.#live.get(key)
      return describe(key, live?.header ?? header, live?.steps)
    }
    const value = ledger.get(show_cell, within(key, name))
    if (value !== undefined) return value
    if (header.ended_ms === undefined) return nothingYet
    throw hasEnded(key, header)
  }
}
