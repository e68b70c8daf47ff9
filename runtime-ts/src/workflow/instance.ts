/**
 * One instance of a workflow: it tells its function what happens, and writes down what that leads to, each time in one step.
 *
 * @module
 */

import { readInput, versionOf } from '../crest/define/schema.ts'
import type { Arrival, LiveContext } from '../crest/run/live.ts'
import type { Turn } from '../crest/run/turn.ts'
import { isBackpressure, ownError } from '../crest/wire/failure.ts'
import { DarqError, type Plain, toFacts } from '../error.ts'
import { CommandRunner, type Consequences } from './command-runner.ts'
import type { EffectRuns } from './effect-runs.ts'
import { askedOf, checkedOutcome, endedHeader, hasEnded } from './ending.ts'
import { type EventGroup, type Happening, InstanceJournal } from './instance-journal.ts'
import {
  type Command,
  type Entry,
  type Event,
  groupsOf,
  type Header,
  type StepFacts,
  show_cell,
  within,
} from './journal.ts'
import { type Body, LiveFlow, type Outcome } from './live-flow.ts'
import { tellAgain } from './tell-again.ts'

/** What an instance needs of its workflow's processor. */
export interface InstanceContext {
  readonly context: LiveContext
  readonly effects: EffectRuns
  readonly body: Body
  readonly commands_max: number
  /** Those that may have more to do than their steps say. */
  readonly busy: Set<Instance>
  /** A table whose keys are of no use any more. */
  readonly sweep: (cell: string) => void
  /** Within the step that ends it. */
  readonly ending: (turn: Turn, instance: Instance, header: Header) => void
  /** Its step has happened. */
  readonly ended: (instance: Instance) => void
}

interface Group extends EventGroup {
  commands: readonly Command[]
  isWritten: boolean
  /** The function has done all that it could. */
  isDrained: boolean
}

type State = 'replaying' | 'idle' | 'active' | 'stuck' | 'over'

/** This many events are told at once. */
const group_max = 256
/** Turns of the microtask queue without anything new, after which a step is worth writing. */
const quiet_turns = 8
const pause_ms = 50
/** This many events wait for one that is stuck. */
const untold_max = 1_000
const steps_kept = 64

export class Instance {
  readonly key: string
  header: Header
  readonly #instanceContext: InstanceContext
  readonly #context: LiveContext
  readonly #commands: CommandRunner
  readonly #journal: InstanceJournal
  readonly #consequences: Consequences = {
    happened: (event) => {
      if (!this.isOver) this.happen({ event, at_ms: this.#now_ms })
    },
    broken: (error) => this.#stick(error),
  }
  #state: State
  #flow: LiveFlow
  #queue: Happening[] = []
  #group: Group | undefined
  /** Its header still says that it is stuck. */
  #isMended = false
  /** What is in the journal and was not told yet, because the instance is stuck. */
  #untold: Happening[] = []

  /** @param isNew its header is written with its first step */
  constructor(key: string, header: Header, isNew: boolean, instanceContext: InstanceContext) {
    this.key = key
    this.header = header
    this.#instanceContext = instanceContext
    this.#context = instanceContext.context
    this.#commands = new CommandRunner(instanceContext.context, instanceContext.effects, key, () => this.header)
    this.#journal = new InstanceJournal(instanceContext.context.ledger, key, () => this.header.run)
    this.#flow = this.#newFlow()
    this.#state = isNew ? 'idle' : 'replaying'
  }

  get isOver(): boolean {
    return this.#state === 'over'
  }

  get steps(): readonly StepFacts[] {
    return this.#flow.timeline.lines()
  }

  /** Whether another message of this name can wait: unreceived, or untold. */
  hasRoom(name: string): boolean {
    return this.#state === 'stuck' ? this.#untold.length < untold_max : this.#flow.hasRoom(name)
  }

  /** It was told so, or will be. */
  get isCancelled(): boolean {
    const isCancel = ({ event }: Happening): boolean => event[0] === 'cancel'
    return this.#flow.isCancelled || this.#queue.some(isCancel) || this.#untold.some(isCancel)
  }

  #newFlow(): LiveFlow {
    const { context, definition } = this.#context
    const { knows, message_bytes_max } = context
    const { seed, run, races = false } = this.header
    const { body, commands_max } = this.#instanceContext
    return new LiveFlow(
      {
        ...{ key: this.key, seed: `${seed}.${run}`, definition, knows, commands_max, message_bytes_max, races },
        input: () => this.#input(),
        nondeterministic: (flow) => this.#context.after(0, () => this.#nondeterministic(flow)),
      },
      body,
    )
  }

  /** It has gone on while nothing was told to it. */
  #nondeterministic(flow: LiveFlow): void {
    if (flow.failure !== undefined && flow === this.#flow && this.#state === 'idle') this.#stick(flow.failure)
  }

  #input(): unknown {
    const { input, input_version } = this.header
    const start = this.#context.definition.messages.get('start')
    return start?.kind === 'call' ? readInput(start.input, input, input_version).output : input
  }

  /* ---------- what happens ---------- */

  happen(happening: Happening): void {
    this.#queue.push(happening)
    this.#pump()
  }

  #pump(): void {
    if (this.#queue.length === 0 && this.#untold.length === 0) return
    if (this.#state === 'stuck') this.#keep()
    if (this.#state !== 'idle') return
    // What is journaled already is told one by one, as it came.
    const [untold] = this.#untold.splice(0, 1)
    const happenings =
      untold === undefined ? this.#queue.splice(0, group_max).filter((one) => this.#counts(one)) : [untold]
    if (happenings.length === 0) return
    this.#state = 'active'
    this.#instanceContext.busy.add(this)
    const at_ms = happenings[0]?.at_ms ?? 0
    const group: Group = {
      ...{ at_ms, happenings, commands: [] },
      first: untold?.entry ?? this.#journal.size + 1,
      ...{ isWritten: false, isDrained: false },
    }
    this.#group = group
    this.#flow.begin(at_ms)
    for (const { event } of happenings) this.#flow.tell(event)
    void this.#settle(group)
    this.#context.after(0, () => {
      group.isDrained = true
      const wrong = this.#flow.end()
      if (wrong !== undefined) this.#stick(wrong)
      else this.#write(group)
    })
  }

  /** Of an effect that nobody waits for any more, the outcome is of no use. */
  #counts({ event, arrival }: Happening): boolean {
    return arrival !== undefined || typeof event[1] !== 'number' || this.#flow.isWaiting(event[1])
  }

  /** The step need not wait for a task of its own: what a function does late is written by another. */
  async #settle(group: Group): Promise<void> {
    let seen = this.#flow.activity
    for (let turns = 0; turns < quiet_turns; turns += 1) {
      await undefined
      if (this.#flow.activity === seen) continue
      seen = this.#flow.activity
      turns = 0
    }
    if (this.#group === group && !group.isDrained) this.#write(group)
  }

  #write(group: Group): void {
    if (this.#group !== group || this.#state !== 'active' || this.#flow.failure !== undefined) return
    if (!group.isWritten || this.#isMended || this.#flow.hasFresh || this.#flow.outcome !== undefined) {
      try {
        this.#step(group)
      } catch (thrown) {
        this.#refused(group, ownError(thrown))
        return
      }
    }
    if (this.#flow.outcome !== undefined) this.#next()
    else if (group.isDrained) {
      this.#leave()
      this.#state = 'idle'
      this.#pump()
    }
  }

  #refused(group: Group, error: DarqError): void {
    if (error.code === 'closed' || error.code === 'fenced') return
    if (!isBackpressure(error)) {
      this.#stick(this.#named(error))
      return
    }
    this.#context.report(error)
    this.#context.after(pause_ms, () => this.#write(group))
  }

  #step(group: Group): void {
    const { fresh, outcome } = this.#flow
    const ending = outcome === undefined ? undefined : this.#checked(outcome)
    const commands = [...group.commands, ...fresh.issued.map(({ command }) => command)]
    const arrivals = group.isWritten ? [] : group.happenings.flatMap(({ arrival }) => arrival ?? [])
    const made = this.#context.step(arrivals, (turn) => {
      if (!group.isWritten) for (const { also } of group.happenings) also?.(turn)
      if (this.#isMended) this.#journal.writeHeader(this.header)
      if (ending === undefined) this.#journal.enter(group, commands)
      this.#commands.carryOut(turn, fresh)
      if (ending !== undefined) this.#end(turn, ending)
    })
    if (!group.isWritten) this.#journal.size = Math.max(this.#journal.size, group.first + group.happenings.length - 1)
    this.#isMended = false
    group.isWritten = true
    group.commands = commands
    this.#flow.written()
    this.#commands.stop(fresh.settled)
    if (ending === undefined) this.#commands.start(fresh.issued, made.committed, this.#consequences)
    else this.#commands.stop(this.#flow.waiting)
  }

  get #now_ms(): number {
    return this.#context.context.clock.now_ms()
  }

  /* ---------- the end ---------- */

  #checked(outcome: Outcome): Outcome {
    const { definition, message_bytes_max } = this.#context
    return checkedOutcome(outcome, definition.messages.get('start'), message_bytes_max)
  }

  /** Within a step. */
  #end(turn: Turn, outcome: Outcome): void {
    this.#commands.takeAway(turn, this.#flow.waiting)
    if (outcome.kind === 'again') {
      this.#again(outcome.input as Plain)
      return
    }
    this.#flow.timeline.close(this.#now_ms)
    const header = endedHeader(this.header, outcome, this.#now_ms, this.#flow.timeline.lines(steps_kept))
    this.#journal.writeHeader(header)
    this.#instanceContext.ending(turn, this, header)
  }

  /** Within a step: the next run's journal begins with what nobody has received, and what was not told to this one. */
  #again(input: Plain): void {
    const { run } = this.header
    const { value: asked, version: asked_version } = askedOf(this.header)
    const start = this.#context.definition.messages.get('start')
    // It is of the version of this code, which has given it.
    const input_version = start?.kind === 'call' ? versionOf(start.input) : 0
    const next: Header = { ...this.header, run: run + 1, input, input_version, asked, asked_version, races: true }
    const untold = this.#untold.map(({ event }) => event).filter(([kind]) => kind === 'message' || kind === 'cancel')
    const events: readonly Event[] = [['start'], ...this.#flow.unreceived, ...untold]
    this.#journal.begin(run + 1, events, this.#now_ms)
    this.#journal.writeHeader(next)
  }

  /** The run's last step has happened. */
  #next(): void {
    const outcome = this.#flow.outcome
    this.#leave()
    this.#instanceContext.sweep(this.#journal.cell)
    // As the step has just set it.
    this.header = this.#journal.readHeader()
    this.#leaveBehind()
    if (outcome?.kind === 'again') this.#restart()
    else this.#over()
  }

  /** What has come for commands of the run that has ended is of no use, least of all to the next, whose have the same numbers. */
  #leaveBehind(): void {
    const isOfRun = ({ event }: Happening): boolean => typeof event[1] === 'number'
    const arrivals = this.#queue.filter(isOfRun).flatMap(({ arrival }) => arrival ?? [])
    this.#queue = this.#queue.filter((happening) => !isOfRun(happening))
    if (arrivals.length > 0) this.#dismiss(arrivals)
  }

  #dismiss(arrivals: readonly Arrival[]): void {
    try {
      this.#context.step(arrivals, () => {})
    } catch (thrown) {
      const error = ownError(thrown)
      if (error.code === 'closed' || error.code === 'fenced') return
      this.#context.report(error)
      this.#context.after(pause_ms, () => this.#dismiss(arrivals))
    }
  }

  #over(): void {
    this.#state = 'over'
    for (const { arrival, event } of this.#queue.splice(0)) {
      if (arrival === undefined) continue
      // Somebody has sent a message; an answer or a timer is nobody's loss.
      if (event[0] === 'message' || event[0] === 'cancel')
        this.#context.refuse(arrival, hasEnded(this.key, this.header))
      else this.#context.drop(arrival)
    }
    this.#instanceContext.ended(this)
  }

  #leave(): void {
    this.#group = undefined
    this.#instanceContext.busy.delete(this)
  }

  /* ---------- bringing it back ---------- */

  /** Brings the function back to where its journal ends. One that was stuck runs again, if this code fits. */
  replay(): void {
    const { error, ...rest } = this.header
    this.#isMended = this.header.status === 'stuck'
    if (this.#isMended) this.header = { ...rest, status: 'running' }
    this.#restart()
  }

  #restart(): void {
    this.#state = 'replaying'
    this.#instanceContext.busy.add(this)
    this.#flow = this.#newFlow()
    this.#untold = []
    let told: readonly Entry[]
    try {
      const found = this.#journal.read()
      told = found.told
      this.#untold = found.untold
    } catch (thrown) {
      this.#stick(ownError(thrown))
      return
    }
    const after = (run: () => void): void => this.#context.after(0, () => this.#state === 'replaying' && run())
    tellAgain(this.#flow, groupsOf(told), after, (last) => this.#toldAgain(last))
  }

  #toldAgain(last: readonly Entry[] | DarqError): void {
    if (last instanceof DarqError) {
      this.#stick(last)
      return
    }
    const [first] = last
    if (first === undefined) {
      this.#broughtBack()
      return
    }
    // A crash may have come between two steps about the same event: what the second one says is said now.
    const number = this.#journal.size - this.#untold.length - last.length + 1
    const happenings = last.map(({ event, at_ms }) => ({ event, at_ms }))
    const { at_ms, commands = [] } = first
    this.#startRestored()
    this.#state = 'active'
    this.#group = { at_ms, happenings, first: number, commands, isWritten: true, isDrained: true }
    this.#dropShown()
    this.#write(this.#group)
  }

  #broughtBack(): void {
    this.#leave()
    this.#state = 'idle'
    this.#pump()
  }

  /** Those that were under way: their keys are in the state. */
  #startRestored(): void {
    const fresh = new Set(this.#flow.fresh.issued.map(({ index }) => index))
    // The outcome of one may have come while the instance was stuck.
    const come = new Set(this.#untold.map(({ event }) => event[1]))
    const restored = this.#flow.waiting.filter(({ index }) => !fresh.has(index) && !come.has(index))
    this.#commands.start(restored, this.#context.committed, this.#consequences)
  }

  /** What was shown already needs no step. */
  #dropShown(): void {
    const { ledger } = this.#context
    this.#flow.dropShown((name, value) => {
      const known = ledger.get(show_cell, within(this.key, name))
      return JSON.stringify(known) === JSON.stringify(value)
    })
  }

  /* ---------- stuck ---------- */

  #named(error: DarqError): DarqError {
    const { code, message, facts } = error
    return new DarqError(code, {
      cause: error,
      retryable: false,
      message: `${this.key}: ${message}`,
      facts: { instance: this.key, ...(facts !== undefined && { facts }) },
    })
  }

  /** It can't go on with this code. What happens to it is kept, for when it can. */
  #stick(error: DarqError): void {
    if (this.#state === 'over' || this.#state === 'stuck') return
    const group = this.#group
    this.#leave()
    this.#state = 'stuck'
    this.#isMended = false
    if (group !== undefined && !group.isWritten) {
      const { happenings } = group
      if (happenings[0]?.entry === undefined) this.#queue.unshift(...happenings)
      else this.#untold.unshift(...happenings)
    }
    this.header = { ...this.header, status: 'stuck', error: toFacts(error) }
    this.#context.report(error)
    this.#keep()
  }

  /** Journals what has come, without telling it. */
  #keep(): void {
    const kept = this.#queue.splice(0)
    try {
      this.#context.step(
        kept.flatMap(({ arrival }) => arrival ?? []),
        (turn) => {
          for (const { also } of kept) also?.(turn)
          this.#journal.keep(kept)
          this.#journal.writeHeader(this.header)
        },
      )
    } catch (thrown) {
      const error = ownError(thrown)
      this.#queue.unshift(...kept)
      if (error.code === 'closed' || error.code === 'fenced') return
      this.#context.report(error)
      this.#context.after(pause_ms, () => this.#keep())
      return
    }
    this.#untold.push(...this.#journal.kept(kept))
  }

  /** Tries again, with the code that is there now. The step that consumes `arrival` says so. */
  resume(arrival: Arrival): void {
    if (this.#state !== 'stuck') {
      this.#context.step([arrival], () => {})
      return
    }
    const { error: _, ...rest } = this.header
    const header: Header = { ...rest, status: 'running' }
    this.#context.step([arrival], () => this.#journal.writeHeader(header))
    this.header = header
    this.#restart()
  }

  /** Ends it as it is: nothing is undone. */
  abandon(arrival: Arrival, reason: string): void {
    if (this.#state === 'over') return
    const error = new DarqError('cancelled', { facts: { instance: this.key, reason, undone: false } })
    const steps = this.#flow.timeline.lines(steps_kept)
    const header = endedHeader(this.header, { kind: 'failed', error }, this.#now_ms, steps)
    const pending = [...(this.#group?.isWritten === false ? this.#group.happenings : []), ...this.#queue]
    const arrivals = [arrival, ...pending.flatMap((one) => one.arrival ?? [])]
    const stopped = this.#commands.all()
    this.#context.step(arrivals, (turn) => {
      // Whoever has asked for it is told, also when that is not written yet.
      for (const { also } of pending) also?.(turn)
      this.#commands.takeAwayAll(turn)
      this.#journal.writeHeader(header)
      this.#instanceContext.ending(turn, this, header)
    })
    for (const id of stopped) this.#instanceContext.effects.drop(id, error)
    this.header = header
    this.#leave()
    this.#instanceContext.sweep(this.#journal.cell)
    this.#queue = []
    this.#over()
  }
}
