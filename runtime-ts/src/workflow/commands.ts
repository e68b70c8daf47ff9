/**
 * The commands of a workflow's function: each is new, or stands in the journal; and some wait for what they come to.
 *
 * @module
 */
import { DarqError } from '../error.ts'
import type { Issued, Waiting } from './issued.ts'
import { type Command, inWords } from './journal.ts'
import { Script } from './script.ts'
import { Timeline } from './timeline.ts'
import { mismatch, type Spot } from './workflow-error.ts'

/** What a command takes in the journal beside its words, and a character of those at most. */
const command_bytes = 16
const utf8_bytes_max = 3
/** So much may be asked for about one event, whatever the limit of messages is. */
const commands_bytes_free = 32_768

type Came = 'ok' | 'failed' | 'dropped'

export class Commands {
  readonly timeline = new Timeline()
  readonly script = new Script()
  readonly #instance: string
  readonly #bytes_max: number
  readonly #waiting = new Map<number, Waiting>()
  #issued: Issued[] = []
  #settled: Issued[] = []
  /** Of what was asked for about what the function is told now, at most. */
  #bytes = 0

  /** @param message_bytes_max so much, and a little more, may be asked for about one event */
  constructor(instance: string, message_bytes_max: number) {
    this.#instance = instance
    this.#bytes_max = message_bytes_max + commands_bytes_free
  }

  /** The function is told something. See `Script`. */
  begin(recorded: readonly Command[] | undefined, mayGoOn: boolean): void {
    this.#bytes = 0
    this.script.begin(recorded, mayGoOn)
  }

  get spot(): Spot {
    return { instance: this.#instance, step: this.script.place }
  }

  /** Not written down yet. */
  get issued(): readonly Issued[] {
    return this.#issued
  }
  get settled(): readonly Issued[] {
    return this.#settled
  }

  written(): void {
    this.#issued = []
    this.#settled = []
  }

  /**
   * Notes a command, or finds it noted.
   *
   * @returns what is wrong, if the journal has another
   * @throws {DarqError} `too_large`
   */
  note(made: Omit<Issued, 'index'>, now_ms: number): Issued | DarqError {
    this.#checkBytes(made.command)
    const taken = this.script.take(made.command)
    if (taken === 'other') return mismatch(this.spot, this.script.next, made.command)
    const issued = { index: this.script.place, ...made }
    if (taken === 'new') this.#issued.push(issued)
    this.timeline.began(issued.index, inWords(made.command), now_ms, isWaited(made.command))
    return issued
  }

  /** What it does about an event is one record with it. */
  #checkBytes(command: Command): void {
    this.#bytes += inWords(command).length * utf8_bytes_max + command_bytes
    if (this.#bytes > this.#bytes_max)
      throw new DarqError('too_large', {
        facts: {
          instance: this.#instance,
          expected: `commands of at most ${this.#bytes_max} bytes without an await in between`,
        },
      })
  }

  /* ---------- those that wait ---------- */

  wait(waiting: Waiting): void {
    this.#waiting.set(waiting.index, waiting)
  }

  waiting(index: number): Waiting | undefined {
    return this.#waiting.get(index)
  }

  get allWaiting(): readonly Waiting[] {
    return [...this.#waiting.values()]
  }

  get isIdle(): boolean {
    return this.#waiting.size === 0
  }

  /** It waits no more. @returns what has waited */
  settle(index: number, came: Came, now_ms: number): Waiting | undefined {
    const waiting = this.#waiting.get(index)
    if (waiting === undefined) return undefined
    this.#waiting.delete(index)
    this.timeline.ended(index, now_ms, came)
    // What is recorded was taken away when it was.
    if (this.script.isNew) this.#settled.push(waiting)
    return waiting
  }

  /** The function waits no more; what is to be undone goes on. */
  letGo(waiting: Waiting, came: Came, error: DarqError, now_ms: number): void {
    if (waiting.letGo !== undefined) {
      waiting.letGo(error)
      return
    }
    this.settle(waiting.index, came, now_ms)
    waiting.reject(error)
  }
}

function isWaited([kind]: Command): boolean {
  return kind !== 'send' && kind !== 'changed'
}
