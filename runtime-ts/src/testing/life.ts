/**
 * One life of a simulated host's process. All that it sees of the world goes through here, so that it can be killed (it
 * never runs again, nothing it waits for ever comes) or frozen (it runs later, unaware of the time between).
 *
 * @module
 */
import type { Clock } from '../engine/types.ts'
import type { Claimed, Commit, Epoch, Opened, Segment, Storage, Version } from '../storage/contract.ts'
import type { Timeline } from './timeline.ts'

/** More than a millisecond since 1970 can be off by. */
const rounding_ms = 2 ** -10

/** Told of the writes of a life: before each goes to the store. */
export interface Witness {
  /** The store belongs to this epoch from now on; its owner doesn't know as yet. */
  claiming(keep: Version, tail: Segment | undefined): void
  claimed(epoch: Epoch): void
  committing(commit: Commit): void
  /** It is in the store, and nobody was told as yet. */
  committed(commit: Commit): void
}

export class Life {
  readonly host: string
  readonly number: number
  /** What this host's clock shows beyond the true time. */
  skew_ms = 0
  readonly #timeline: Timeline
  #state: 'running' | 'frozen' | 'dead' = 'running'
  #held: (() => void)[] = []
  readonly #onDeath: (() => void)[] = []

  constructor(host: string, number: number, timeline: Timeline, skew_ms: number) {
    this.host = host
    this.number = number
    this.#timeline = timeline
    this.skew_ms = skew_ms
  }

  get state(): 'running' | 'frozen' | 'dead' {
    return this.#state
  }

  die(): void {
    this.#state = 'dead'
    this.#held = []
    for (const run of this.#onDeath) run()
    this.#onDeath.length = 0
  }

  whenDead(run: () => void): void {
    if (this.#state === 'dead') run()
    else this.#onDeath.push(run)
  }

  freeze(): void {
    if (this.#state === 'running') this.#state = 'frozen'
  }

  thaw(): void {
    if (this.#state !== 'frozen') return
    this.#state = 'running'
    const held = this.#held
    this.#held = []
    for (const run of held) this.#timeline.after(0, this.guard(run))
  }

  /** `run`, as it happens in this life: not when dead, later when frozen. */
  guard(run: () => void): () => void {
    return () => {
      if (this.#state === 'running') run()
      else if (this.#state === 'frozen') this.#held.push(run)
    }
  }

  get clock(): Clock {
    const timeline = this.#timeline
    return {
      now_ms: () => timeline.now_ms + this.skew_ms,
      soon: (run) => {
        timeline.after(0, this.guard(run))
      },
      wake: (at_ms, run) => {
        const { skew_ms } = this
        const true_ms = at_ms - skew_ms
        // What is lost in rounding must not make it early: whoever finds himself woken too early asks again, for ever.
        const event = timeline.at(true_ms + skew_ms < at_ms ? true_ms + rounding_ms : true_ms, this.guard(run))
        return () => {
          event.run = undefined
        }
      },
    }
  }

  /** A promise that settles in this life only. */
  async #within<T>(promise: Promise<T>): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      promise.then(
        (value) => this.guard(() => resolve(value))(),
        (error: unknown) => this.guard(() => reject(error))(),
      )
    })
  }

  /** The store as this life sees it. */
  storage(storage: Storage, witness: Witness): Storage {
    const within = <T>(promise: Promise<T>) => this.#within(promise)
    const life = this
    const claimed = (inner: Claimed): Claimed => ({
      commit(commit) {
        witness.committing(commit)
        return within(inner.commit(commit).then(() => witness.committed(commit)))
      },
      close: () => within(inner.close()),
    })
    return {
      get durability() {
        return storage.durability
      },
      async open(): Promise<Opened> {
        const opened = await within(storage.open())
        return {
          generation: opened.generation,
          last: opened.last,
          async *segments() {
            for await (const segment of opened.segments()) {
              yield segment
              if (life.state === 'dead') await new Promise(() => {})
            }
          },
          close: () => opened.close(),
          async claim(epoch, keep, facts, tail) {
            witness.claiming(keep, tail)
            const claiming = opened.claim(epoch, keep, facts, tail).then((inner) => {
              witness.claimed(epoch)
              return inner
            })
            return claimed(await within(claiming))
          },
        }
      },
    }
  }
}
