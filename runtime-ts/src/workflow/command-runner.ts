/**
 * Commands carried out: what an instance asks for becomes messages, timers and effects, in the step that journals it.
 *
 * @module
 */
import { content } from '../crest/define/address.ts'
import { versionOf } from '../crest/define/schema.ts'
import type { LiveContext } from '../crest/run/live.ts'
import { type Turn, timer_cell } from '../crest/run/turn.ts'
import { DarqError, type Plain, toFacts } from '../error.ts'
import type { EffectRuns } from './effect-runs.ts'
import type { Fresh, Issued } from './issued.ts'
import { type Event, effect_cell, type Header, show_cell, within } from './journal.ts'

const unwanted = new DarqError('cancelled', { message: 'nobody waits for it any more' })

/** What the commands of an instance lead to. */
export interface Consequences {
  readonly happened: (event: Event) => void
  readonly broken: (error: DarqError) => void
}

export class CommandRunner {
  readonly #context: LiveContext
  readonly #effects: EffectRuns
  readonly #key: string
  /** Of the run that the commands are of. */
  readonly #header: () => Header

  constructor(context: LiveContext, effects: EffectRuns, key: string, header: () => Header) {
    this.#context = context
    this.#effects = effects
    this.#key = key
    this.#header = header
  }

  /** Within a step. */
  carryOut(turn: Turn, { issued, settled, shown }: Fresh): void {
    this.takeAway(turn, settled)
    for (const command of issued) this.#issue(turn, command)
    for (const [name, value] of shown) this.#context.ledger.set(show_cell, within(this.#key, name), value)
  }

  #issue(turn: Turn, { index, command, message, options, due_ms, effect }: Issued): void {
    const { run } = this.#header()
    const note = { key: this.#key, run, command: index }
    if (message !== undefined) {
      const { body, input, key } = message[content]
      const version = input === undefined ? 0 : versionOf(input)
      const draft = { name: message.name, body, version, ...(key !== undefined && { key }) }
      if (command[0] === 'call') {
        const id = callId(this.#header(), index)
        turn.post(message.to, {
          ...draft,
          asker: { to: this.#context.name, handler: '$answered', id, note, note_version: 0 },
        })
      } else {
        const { timer } = options ?? {}
        const named = timer === undefined ? options : { ...options, timer: within(this.#key, `own ${timer}`) }
        turn.post(message.to, draft, named)
      }
    }
    if (effect !== undefined) this.#context.ledger.set(effect_cell, this.#id(index), this.#effectKey(index))
    if (due_ms !== undefined)
      turn.post(this.#context.name, { name: '$due', body: note, version: 0 }, { at: due_ms, timer: this.#id(index) })
  }

  /** Within a step: nobody waits for them any more. */
  takeAway(turn: Turn, commands: readonly Issued[]): void {
    for (const { index, due_ms, effect } of commands) {
      if (due_ms !== undefined) turn.cancel(this.#id(index))
      if (effect !== undefined) this.#context.ledger.delete(effect_cell, this.#id(index))
    }
  }

  /** The effects that the run has under way, also those that this code doesn't know of. */
  all(): string[] {
    return this.#present(effect_cell)
  }

  /** Within a step: takes away whatever the run has under way. */
  takeAwayAll(turn: Turn): void {
    for (const timer of this.#present(timer_cell)) turn.cancel(timer)
    for (const effect of this.all()) this.#context.ledger.delete(effect_cell, effect)
  }

  #present(cell: string): string[] {
    const prefix = within(this.#key, `${this.#header().run}.`)
    return [...this.#context.ledger.table(cell)]
      .filter(([id, { present }]) => present && id.startsWith(prefix))
      .map(([id]) => id)
  }

  /** Names a command among all of its DARQ: its timer, and its effect. */
  #id(index: number): string {
    return within(this.#key, `${this.#header().run}.${index}`)
  }

  /** The state that asks for it is named by the life of the host in which it came to be. */
  #effectKey(index: number): string {
    const { seed, run } = this.#header()
    return `${this.#context.context.life()}/${this.#context.name}/${seed}.${run}.${index}`
  }

  /** Starts the effects among commands: pure ones at once, others when the state that asks for them is committed. */
  start(commands: readonly Issued[], committed: Promise<void>, consequences: Consequences): void {
    const effects = commands.filter(({ effect }) => effect !== undefined)
    const isPure = ({ effect }: Issued): boolean => effect?.pure === true
    for (const command of effects) if (isPure(command)) this.#start(command, consequences)
    const gated = effects.filter((command) => !isPure(command))
    if (gated.length === 0) return
    committed.then(
      () => {
        for (const command of gated) this.#start(command, consequences)
      },
      () => {}, // lost with its host, which starts anew from what is left
    )
  }

  #start({ index, effect }: Issued, { happened, broken }: Consequences): void {
    const id = this.#id(index)
    const key = this.#context.ledger.get(effect_cell, id)
    // It may have been taken away since.
    if (effect === undefined || typeof key !== 'string') return
    this.#effects.start({
      ...{ id, key, instance: this.#key, job: effect, broken },
      done: (outcome) =>
        happened('value' in outcome ? ['answer', index, outcome.value, 0] : ['failed', index, factsOf(outcome.error)]),
    })
  }

  /** The step that takes them away has happened. */
  stop(commands: readonly Issued[], reason = unwanted): void {
    for (const { index, effect } of commands) if (effect !== undefined) this.#effects.drop(this.#id(index), reason)
  }
}

/** Names a call of an instance among all that there ever were. */
export function callId({ seed, run }: Header, command: number): string {
  return `w${seed}.${run}.${command}`
}

function factsOf(error: DarqError): Plain {
  const { code, message, retryable, facts } = toFacts(error)
  return facts === undefined ? { code, message, retryable } : { code, message, retryable, facts }
}
