/**
 * The DARQs of one host, by name: found in its storage, or made when they are first heard of.
 *
 * @module
 */
import type { Core } from '@darq/core'
import { DarqError } from '../error.ts'
import { type DarqHost, LiveDarq } from './darq.ts'
import { checkDarqName } from './host-id.ts'
import type { EngineLimits, Processor } from './types.ts'

/** What the DARQs need of their host. */
type DarqsHost = DarqHost & {
  readonly limits: Pick<EngineLimits, 'darqs_max'>
  readonly delivery: {
    /** @throws {DarqError} `unknown_address` */
    expect(name: string): Processor | undefined
    keep(darq: LiveDarq, processor: Processor): void
  }
}

export class Darqs {
  readonly #host: DarqsHost
  readonly #makeCore: () => Core
  readonly #byName = new Map<string, LiveDarq>()

  constructor(host: DarqsHost, makeCore: () => Core) {
    this.#host = host
    this.#makeCore = makeCore
  }

  get names(): readonly string[] {
    return [...this.#byName.keys()]
  }

  get all(): Iterable<LiveDarq> {
    return this.#byName.values()
  }

  existing(name: string): LiveDarq | undefined {
    return this.#byName.get(name)
  }

  /** Its log was found in the storage. */
  found(name: string, core: Core): void {
    this.#byName.set(name, new LiveDarq(name, this.#host, core))
  }

  /**
   * The DARQ of that name, made when it is new. Without a processor as yet.
   *
   * @throws {DarqError} `unknown_address`, `backpressure`
   */
  local(name: string): LiveDarq {
    const known = this.#byName.get(name)
    if (known) return known
    checkDarqName(name)
    const { delivery, limits } = this.#host
    const processor = delivery.expect(name)
    if (this.#byName.size >= limits.darqs_max)
      throw new DarqError('backpressure', { facts: { expected: `at most ${limits.darqs_max} DARQs`, got: name } })
    const darq = new LiveDarq(name, this.#host, this.#makeCore())
    this.#byName.set(name, darq)
    if (processor) delivery.keep(darq, processor)
    return darq
  }
}
