/**
 * What the journal says that a function did about what it was told: what it does now must be that, and may be more only if
 * nothing was told after it.
 *
 * @module
 */
import { type Command, isSameCommand } from './journal.ts'

export class Script {
  /** The number of the newest command. */
  place = 0
  /** Undefined: it was not told this before. */
  #recorded: readonly Command[] | undefined
  #position = 0
  #mayGoOn = true

  begin(recorded: readonly Command[] | undefined, mayGoOn: boolean): void {
    this.#recorded = recorded
    this.#position = 0
    this.#mayGoOn = recorded === undefined || mayGoOn
  }

  /** Nothing of what it does is known yet. */
  get isNew(): boolean {
    return this.#recorded === undefined
  }
  /** Nothing was told after it. */
  get mayGoOn(): boolean {
    return this.#mayGoOn
  }

  /** The command that the journal has next; `undefined`: none. */
  get next(): Command | undefined {
    return this.#recorded?.[this.#position]
  }

  /** Is what comes now beyond the journal? */
  get isBeyond(): boolean {
    return this.#mayGoOn && this.next === undefined
  }

  /** @returns whether what the function does is new, known, or other than what it did */
  take(command: Command): 'new' | 'known' | 'other' {
    if (command[0] !== 'changed') this.skipChanges()
    this.place += 1
    if (this.isBeyond) return 'new'
    if (this.next === undefined || !isSameCommand(this.next, command)) return 'other'
    this.#position += 1
    return 'known'
  }

  /** A change that the code asks for no more: every instance that it matters to has it. */
  skipChanges(): void {
    while (this.next?.[0] === 'changed') {
      this.#position += 1
      this.place += 1
    }
  }
}
