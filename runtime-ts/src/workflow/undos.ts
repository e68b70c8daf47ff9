/**
 * What undoes the commands of a workflow's function, should it fail: the newest first.
 *
 * @module
 */
import { DarqError, isA } from '../error.ts'
import type { Issued, Waiting } from './issued.ts'
import { inWords } from './journal.ts'

/** What undoes a command, given what it came to. */
export type Undo = (value: never) => Promise<unknown>

export class Undos {
  readonly #undos: { readonly name: string; readonly run: () => Promise<unknown> }[] = []

  add(name: string, run: () => Promise<unknown>): void {
    this.#undos.push({ name, run })
  }

  /** Its undo waits for what it comes to, also when the function does so no more. */
  undoable(
    issued: Issued,
    undo: Undo,
    resolve: Waiting['resolve'],
    reject: Waiting['reject'],
  ): Omit<Waiting, 'hasLost'> {
    const known = Promise.withResolvers<unknown>()
    known.promise.then(resolve, reject)
    const run = async (): Promise<unknown> => {
      const value = await known.promise.then(
        (value) => ({ value }),
        () => undefined, // it has not happened
      )
      // The type of `undo` is that of its command's answer.
      return value && undo(value.value as never)
    }
    this.add(inWords(issued.command), run)
    return { ...issued, resolve: known.resolve, reject: known.reject, letGo: reject }
  }

  /**
   * @param broken called with what is wrong with the function, if one of them shows it
   * @returns the names of those that have failed
   */
  async run(broken: (error: DarqError) => void): Promise<readonly string[]> {
    const failed: string[] = []
    for (const { name, run } of this.#undos.reverse()) {
      try {
        await run()
      } catch (thrown) {
        if (isA(thrown, DarqError) && thrown.code === 'nondeterministic') broken(thrown)
        failed.push(name)
      }
    }
    return failed
  }
}
