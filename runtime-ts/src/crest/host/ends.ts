/**
 * The end of an engine's life, for those who wait on it: unlike a promise it forgets who has gone.
 *
 * @module
 */
import { DarqError } from '../../error.ts'

export class Ends {
  readonly #listeners = new Set<(reason: DarqError) => void>()
  #reason: DarqError | undefined

  /**
   * Calls `listen` at the end, at once if it has come.
   *
   * @returns takes it back
   */
  add(listen: (reason: DarqError) => void): () => void {
    if (this.#reason !== undefined) listen(this.#reason)
    else this.#listeners.add(listen)
    return () => this.#listeners.delete(listen)
  }

  /** @param cause why the engine has stopped; `undefined`: it was closed */
  end(cause: DarqError | undefined): void {
    // Another life may follow, so for those who wait it is worth trying again.
    const message = `the host has stopped: ${cause?.message ?? 'it was closed'}`
    this.#reason = new DarqError('unavailable', { ...(cause !== undefined && { cause }), message })
    for (const listen of [...this.#listeners]) listen(this.#reason)
    this.#listeners.clear()
  }
}
