/**
 * A host's versions: which one is open, durable, committed; and who waits for that.
 *
 * @module
 */
import type { DarqError } from '../error.ts'
import type { Version } from './types.ts'

interface Waiting {
  readonly promise: Promise<void>
  readonly resolve: () => void
  readonly reject: (error: DarqError) => void
}

class Mark {
  at: Version
  readonly #waiting = new Map<Version, Waiting>()
  #failure: DarqError | undefined

  constructor(at: Version) {
    this.at = at
  }

  /** One promise a version, however many wait; nobody has to look at it. */
  reached(version: Version): Promise<void> {
    if (version <= this.at) return Promise.resolve()
    if (this.#failure) return quiet(Promise.reject(this.#failure))
    let waiting = this.#waiting.get(version)
    if (!waiting) {
      const { promise, resolve, reject } = Promise.withResolvers<void>()
      waiting = { promise: quiet(promise), resolve, reject }
      this.#waiting.set(version, waiting)
    }
    return waiting.promise
  }

  advance(to: Version): void {
    this.at = to
    for (const [version, waiting] of this.#waiting) {
      if (version > to) continue
      this.#waiting.delete(version)
      waiting.resolve()
    }
  }

  fail(error: DarqError): void {
    this.#failure = error
    for (const waiting of this.#waiting.values()) waiting.reject(error)
    this.#waiting.clear()
  }
}

export class Versions {
  /** Takes whatever is appended now. */
  open: Version
  readonly #durable: Mark
  readonly #committed: Mark

  constructor(last: Version) {
    this.open = (last + 1) as Version
    this.#durable = new Mark(last)
    this.#committed = new Mark(last)
  }

  get durable(): Version {
    return this.#durable.at
  }
  get committed(): Version {
    return this.#committed.at
  }

  whenDurable(version: Version): Promise<void> {
    return this.#durable.reached(version)
  }
  whenCommitted(version: Version): Promise<void> {
    return this.#committed.reached(version)
  }

  /** Closes the open version. @returns it */
  seal(): Version {
    const sealed = this.open
    this.open = (sealed + 1) as Version
    return sealed
  }

  /** Durable, and so far without dependencies on other hosts: committed. */
  advance(to: Version): void {
    this.#durable.advance(to)
    this.#committed.advance(to)
  }

  fail(error: DarqError): void {
    this.#durable.fail(error)
    this.#committed.fail(error)
  }
}

/** A promise that nobody asked for never rejects unhandled. */
function quiet(promise: Promise<void>): Promise<void> {
  promise.catch(() => {})
  return promise
}
