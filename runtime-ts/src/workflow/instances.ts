/**
 * All instances of a workflow that live in one DARQ: each message finds its instance, or makes it.
 *
 * @module
 */

import { versionOf } from '../crest/define/schema.ts'
import { type Arrival, type Live, nothingYet, type Place } from '../crest/run/live.ts'
import type { Turn } from '../crest/run/turn.ts'
import { type Asker, isFields, readAsker, type Visitor } from '../crest/wire/envelope.ts'
import { asDarqError, isBackpressure } from '../crest/wire/failure.ts'
import type { Outcome } from '../crest/wire/outcome.ts'
import { encodePlain, payloadBytes } from '../crest/wire/plain.ts'
import { uuid } from '../crest/wire/random.ts'
import { DarqError, fromFacts, type Plain, toFacts } from '../error.ts'
import { callId } from './deeds.ts'
import { EffectRuns } from './effect-runs.ts'
import { askedOf, hasEnded, Instance, type Neighbours } from './instance.ts'
import {
  asker_cell,
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
import { frozen, isSame } from './plain.ts'

export interface Limits {
  readonly running_max: number
  readonly finished_max: number
  readonly keep_ms: number
  readonly commands_max: number
  readonly effects_max: number
}

const askers_max = 100
const listed_max = 1_000
/**
 * State that leaves so little room in the log takes no more instances: those that run need their answers and messages, and
 * these are let in only below five eighths of the log, which may be twice as long as its state.
 */
const starting_share = 1 / 5
/** What an instance takes beside its input, at first. */
const instance_bytes = 512
/** Results take no more of the log than this. */
const finished_share = 1 / 12
/** A journal of so many entries goes with the step that ends its instance. */
const clear_max = 32
/** Keys of an old journal that one step takes away. */
const sweep_max = 256
const pause_ms = 50
/** How long a message waits for the start of its instance, how often that is looked for, and how many may wait. */
const patience_ms = 30_000
const look_ms = 500
const early_max = 1_000

interface Finished {
  readonly ended_ms: number
  /** Of its header, in the log. */
  readonly bytes: number
}

export class Instances implements Live {
  readonly #place: Place
  readonly #limits: Limits
  readonly #effects: EffectRuns
  readonly #neighbours: Neighbours
  readonly #live = new Map<string, Instance>()
  /** Whose results are kept, the one that ended first in front. */
  readonly #finished = new Map<string, Finished>()
  #finished_bytes = 0
  /** What those will take of the log that have begun, and are not in the state yet. */
  readonly #starting = new Map<string, number>()
  #starting_bytes = 0
  /** What has come before the state was there. */
  #early: Arrival[] | undefined = []
  readonly #sweeping: string[] = []
  /** Messages of instances that have not started, and since when they wait. */
  readonly #early_ms = new Map<Arrival['lsn'], number>()

  constructor(place: Place, body: Body, limits: Limits) {
    this.#place = place
    this.#limits = limits
    this.#effects = new EffectRuns(place, limits.effects_max)
    this.#neighbours = {
      ...{ place, body, effects: this.#effects, commands_max: limits.commands_max, busy: new Set<Instance>() },
      sweep: (cell) => this.#sweep(cell),
      ending: (turn, instance, header) => this.#ending(turn, instance.key, header),
      ended: (instance) => this.#ended(instance),
    }
  }

  get isThinking(): boolean {
    return this.#neighbours.busy.size > 0
  }

  get isRestless(): boolean {
    return this.#place.ledger.size(effect_cell) > 0 || this.#neighbours.busy.size > 0
  }

  restored(): void {
    const { ledger } = this.#place
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
        this.#live.set(key, new Instance(key, header, false, this.#neighbours))
      } else finished.push([key, header.ended_ms])
    }
    for (const [key, ended_ms] of finished.sort(([, one], [, other]) => one - other)) this.#keep(key, ended_ms)
    for (const cell of journals) this.#sweep(cell)
    for (const instance of this.#live.values()) instance.replay()
    for (const arrival of early) this.arrived(arrival)
  }

  #moveOlderKeys(): void {
    const { ledger } = this.#place
    const moves = olderKeys(ledger)
    if (moves.length === 0) return
    try {
      this.#place.step([], () => moveKeys(ledger, moves))
    } catch (thrown) {
      this.#place.report(asDarqError(thrown))
    }
  }

  #header(key: string, value: unknown): Header | undefined {
    try {
      return readHeader(value)
    } catch (thrown) {
      this.#place.report(new DarqError('corrupt', { cause: thrown, facts: { instance: key } }))
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
      const error = asDarqError(thrown)
      if (error.code === 'closed' || error.code === 'fenced') return
      if (!isBackpressure(error)) this.#place.refuse(arrival, error)
      else {
        this.#place.report(error)
        this.#place.after(pause_ms, () => this.arrived(arrival))
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
    if (this.#place.definition.darqs === undefined) return this.#place.key
    if (envelope.key !== undefined) return envelope.key
    throw new DarqError('unknown_address', {
      facts: { expected: 'the key of an instance: this DARQ has many', got: this.#place.name },
    })
  }

  /** An event for one command of a run; one that is over by now has no use for it. */
  #settles(arrival: Arrival, note: Plain, make: (command: number) => Event, call?: string): void {
    const { key, run, command } = isFields(note) ? note : {}
    const instance = typeof key === 'string' ? this.#live.get(key) : undefined
    if (instance === undefined || instance.header.run !== run || typeof command !== 'number')
      this.#place.step([arrival], () => {})
    else if (call !== undefined && call !== callId(instance.header, command)) this.#place.step([arrival], () => {})
    else instance.happen({ event: frozen(make(command)), at_ms: this.#now_ms, arrival })
  }

  #start(key: string, arrival: Arrival, asker: Asker | Visitor | undefined): void {
    const { ledger, surroundings } = this.#place
    const { body, version } = arrival.admitted.envelope
    const known = ledger.get(header_cell, key)
    const live = this.#live.get(key)
    if (known === undefined && live === undefined) {
      if (this.#live.size >= this.#limits.running_max)
        throw new DarqError('quota', {
          facts: { instance: key, expected: `at most ${this.#limits.running_max} instances that run at one DARQ` },
        })
      this.#checkRoom(key, body)
      const header: Header = {
        ...{ status: 'running', seed: uuid(surroundings.random), started_ms: this.#now_ms },
        ...{ run: 1, input: body, input_version: version },
      }
      const instance = new Instance(key, header, true, this.#neighbours)
      this.#live.set(key, instance)
      const also = (): void => {
        this.#started(key)
        ledger.set(header_cell, key, instance.header as unknown as Plain)
        this.#ask(key, asker)
      }
      instance.happen({ event: ['start'], at_ms: this.#now_ms, arrival, also })
      return
    }
    // Nothing of the first is written down: this one comes after it.
    if (known === undefined) {
      this.#place.after(0, () => this.arrived(arrival))
      return
    }
    const header = live?.header ?? readHeader(known)
    if (!isSame(askedOf(header), body))
      throw new DarqError('conflict', {
        facts: {
          ...{ instance: key, expected: 'the input that it was started with', status: header.status },
          do: 'start another instance under another key, or this one again when it is forgotten',
        },
      })
    this.#place.step([arrival], (turn) => {
      if (header.ended_ms === undefined) this.#ask(key, asker)
      else this.#reply(turn, asker, this.#outcome(header))
    })
  }

  /** Its first step is made. */
  #started(key: string): void {
    this.#starting_bytes -= this.#starting.get(key) ?? 0
    this.#starting.delete(key)
  }

  /** @throws {DarqError} `quota` */
  #checkRoom(key: string, input: Plain): void {
    const { ledger, log_bytes_max } = this.#place
    const bytes = instance_bytes + payloadBytes(encodePlain(input))
    // Whatever else there is, answers that nobody has fetched perhaps: one can always run.
    if (this.#live.size === 0 || ledger.live_bytes + this.#starting_bytes + bytes <= log_bytes_max * starting_share) {
      this.#starting.set(key, bytes)
      this.#starting_bytes += bytes
      return
    }
    // In few words: they too take room in the log, until the caller has read them.
    throw new DarqError('quota', { message: 'no room in the log for another instance', facts: { instance: key } })
  }

  /** Within a step. */
  #ask(key: string, asker: Asker | Visitor | undefined): void {
    if (asker === undefined) return
    const { ledger } = this.#place
    const known = ledger.get(asker_cell, key)
    const askers: readonly Plain[] = Array.isArray(known) ? known : []
    if (askers.length >= askers_max)
      throw new DarqError('quota', { facts: { instance: key, expected: `at most ${askers_max} who wait for it` } })
    ledger.set(asker_cell, key, [...askers, asker])
  }

  #tell(key: string, arrival: Arrival, name: string, body: Plain): void {
    const instance = this.#live.get(key)
    if (instance === undefined && this.#mayStart(key, arrival)) {
      this.#place.after(look_ms, () => this.arrived(arrival))
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
          this.#place.step([arrival], () => {})
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
    if (this.#place.ledger.get(header_cell, key) !== undefined) return false
    const now_ms = this.#now_ms
    const since_ms = this.#early_ms.get(lsn)
    if (since_ms === undefined && this.#early_ms.size >= early_max) return false
    if (since_ms === undefined) this.#early_ms.set(lsn, now_ms)
    return now_ms - (since_ms ?? now_ms) < patience_ms
  }

  #noSuch(key: string): DarqError {
    const known = this.#place.ledger.get(header_cell, key)
    if (known !== undefined) return hasEnded(key, readHeader(known))
    return new DarqError('conflict', { facts: { instance: key, expected: 'an instance that runs', got: 'none' } })
  }

  get #now_ms(): number {
    return this.#place.surroundings.clock.now_ms()
  }

  /* ---------- the end of an instance ---------- */

  #outcome({ status, value, error }: Header): Outcome {
    const start = this.#place.definition.messages.get('start')
    if (status === 'done') return { ok: true, value, version: start?.kind === 'call' ? versionOf(start.output) : 0 }
    return { ok: false, error: error === undefined ? new DarqError('cancelled') : fromFacts(error) }
  }

  #reply(turn: Turn, asker: Asker | Visitor | undefined, outcome: Outcome): void {
    // Who can't be reached any more can't be told.
    if (asker === undefined || ('to' in asker && !this.#place.surroundings.knows(asker.to))) return
    turn.reply(asker, outcome)
  }

  /** Within the step that ends it. */
  #ending(turn: Turn, key: string, header: Header): void {
    const { ledger } = this.#place
    const askers = ledger.get(asker_cell, key)
    const outcome = this.#outcome(header)
    if (Array.isArray(askers)) for (const asker of askers) this.#reply(turn, readAsker(asker), outcome)
    ledger.delete(asker_cell, key)
    this.#clear(journalCell(key, header.run))
    const now_ms = this.#now_ms
    const bytes_max = this.#place.log_bytes_max * finished_share
    let kept = this.#finished.size
    let bytes = this.#finished_bytes
    let looked = 0
    for (const [oldest, one] of this.#finished) {
      looked += 1
      const isSurplus = kept >= this.#limits.finished_max || bytes > bytes_max
      if (!isSurplus && (looked > 2 || now_ms - one.ended_ms < this.#limits.keep_ms)) break
      if (oldest !== key) this.#forget(oldest)
      kept -= 1
      bytes -= one.bytes
    }
  }

  /** Within a step: a short journal goes with it, a long one in steps of its own. */
  #clear(journal: string): void {
    const { ledger } = this.#place
    if (ledger.size(journal) > clear_max) return
    for (const number of [...ledger.table(journal).keys()]) ledger.delete(journal, number)
  }

  /** Within a step. */
  #forget(key: string): void {
    const { ledger, definition } = this.#place
    ledger.delete(header_cell, key)
    for (const [name, { kind }] of definition.messages)
      if (kind === 'query') ledger.delete(show_cell, within(key, name))
  }

  #ended(instance: Instance): void {
    const { ledger } = this.#place
    this.#live.delete(instance.key)
    for (const oldest of this.#finished.keys()) {
      if (ledger.get(header_cell, oldest) !== undefined) break
      this.#drop(oldest)
    }
    this.#keep(instance.key, instance.header.ended_ms ?? this.#now_ms)
  }

  #keep(key: string, ended_ms: number): void {
    this.#drop(key)
    const bytes = this.#place.ledger.table(header_cell).get(key)?.bytes ?? 0
    this.#finished.set(key, { ended_ms, bytes })
    this.#finished_bytes += bytes
  }

  #drop(key: string): void {
    this.#finished_bytes -= this.#finished.get(key)?.bytes ?? 0
    this.#finished.delete(key)
  }

  #sweep(cell: string): void {
    this.#sweeping.push(cell)
    if (this.#sweeping.length === 1) this.#place.after(0, () => this.#sweepOn())
  }

  #sweepOn(): void {
    const { ledger } = this.#place
    const [cell] = this.#sweeping
    if (cell === undefined) return
    const keys: string[] = []
    for (const [key, { present }] of ledger.table(cell)) {
      if (present && keys.push(key) >= sweep_max) break
    }
    try {
      if (keys.length === 0) this.#sweeping.shift()
      else
        this.#place.step([], () => {
          for (const key of keys) ledger.delete(cell, key)
        })
    } catch (thrown) {
      const error = asDarqError(thrown)
      if (error.code === 'closed' || error.code === 'fenced') return
      this.#place.report(error)
      this.#place.after(pause_ms, () => this.#sweepOn())
      return
    }
    this.#place.after(0, () => this.#sweepOn())
  }

  /* ---------- queries ---------- */

  query(name: string, key: string, body: unknown): unknown {
    const { ledger } = this.#place
    if (name === '$list') return this.#list(body as Plain)
    const known = ledger.get(header_cell, key)
    if (known === undefined) return nothingYet
    const header = readHeader(known)
    if (name === '$describe') return describe(key, this.#live.get(key)?.header ?? header, this.#live.get(key))
    const value = ledger.get(show_cell, within(key, name))
    if (value !== undefined) return value
    if (header.ended_ms === undefined) return nothingYet
    throw hasEnded(key, header)
  }

  #list(asked: Plain): Plain {
    const { status, after, limit } = isFields(asked) ? asked : {}
    const found: Plain[] = []
    const most = typeof limit === 'number' ? Math.min(limit, listed_max) : 100
    const keys = [...this.#place.ledger.table(header_cell)]
      .filter(([key, { present }]) => present && (typeof after !== 'string' || key > after))
      .sort(([one], [other]) => (one < other ? -1 : 1))
    for (const [key, { value }] of keys) {
      if (found.length >= most) break
      const header = this.#live.get(key)?.header ?? this.#header(key, value)
      if (header === undefined || (status !== undefined && header.status !== status)) continue
      const { steps: _, value: __, ...facts } = describe(key, header, undefined)
      found.push(facts as Plain)
    }
    return found
  }
}

function describe(key: string, header: Header, instance: Instance | undefined): { readonly [key: string]: Plain } {
  const { status, started_ms, run, ended_ms, value, error, steps = [] } = header
  return {
    ...{ id: key, status, started_ms, run },
    ...(ended_ms !== undefined && { ended_ms }),
    ...(value !== undefined && { value }),
    ...(error !== undefined && { error: toFacts(fromFacts(error)) as unknown as Plain }),
    steps: (instance?.steps ?? steps) as unknown as Plain,
  }
}
