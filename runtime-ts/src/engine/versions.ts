/**
 * How far a host's versions have come, and who waits for that.
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

/** How the life of the host ended whose versions these are. */
interface End {
  /** Versions up to this one go on in the next life. */
  readonly kept: Version
  readonly error: DarqError
}

class Mark {
  at: Version
  readonly #waiting = new Map<Version, Waiting>()
  #end: End | undefined
  #next: Mark | undefined

  constructor(at: Version) {
    this.at = at
  }

  /** One promise a version, however many wait; nobody has to look at it. */
  reached(version: Version): Promise<void> {
    if (version <= this.at) return Promise.resolve()
    if (this.#end !== undefined && version > this.#end.kept) return quiet(Promise.reject(this.#end.error))
    if (this.#next !== undefined) return this.#next.reached(version)
    let waiting = this.#waiting.get(version)
    if (!waiting) {
      const { promise, resolve, reject } = Promise.withResolvers<void>()
      waiting = { promise: quiet(promise), resolve, reject }
      this.#waiting.set(version, waiting)
    }
    return waiting.promise
  }

  advance(to: Version): void {
    if (to <= this.at) return
    this.at = to
    for (const [version, waiting] of this.#waiting) {
      if (version > to) continue
      this.#waiting.delete(version)
      waiting.resolve()
    }
  }

  end(end: End): void {
    this.#end = end
    for (const [version, waiting] of this.#waiting) {
      if (version <= end.kept) continue
      this.#waiting.delete(version)
      waiting.reject(end.error)
    }
  }

  follow(next: Mark): void {
    this.#next = next
    for (const [version, waiting] of this.#waiting) next.reached(version).then(waiting.resolve, waiting.reject)
    this.#waiting.clear()
  }
}

const none = 0 as Version

export class Versions {
  readonly #durable: Mark
  readonly #committed: Mark

  constructor(durable: Version, committed: Version) {
    this.#durable = new Mark(durable)
    this.#committed = new Mark(committed)
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

  advanceDurable(to: Version): void {
    this.#durable.advance(to)
  }
  advanceCommitted(to: Version): void {
    this.#committed.advance(to)
  }

  /** The life ends here: a caller that waits for a version above `kept` is told; the others wait for the next life. */
  withdraw(kept: Version, error: DarqError): void {
    this.#durable.end({ kept, error })
    this.#committed.end({ kept, error })
  }

  /** Those who still wait, wait for the versions of the next life: they have the same numbers. */
  follow(next: Versions): void {
    this.#durable.follow(next.#durable)
    this.#committed.follow(next.#committed)
  }

  fail(error: DarqError): void {
    this.withdraw(none, error)
  }
}

/** A promise that no caller asked for never rejects unhandled. */
function quiet(promise: Promise<void>): Promise<void> {
  promise.catch(() => {})
  return promise
}
