/**
 * One place in which the same participants can be hosted by either implementation: virtual time, repeatable chance, and a
 * store that outlives its hosts.
 *
 * @module
 */
import { type DarqError, type Host, openHost, type Participant } from '@darq/runtime'
import { faultyMemory } from '../../runtime-ts/src/storage/memory-faults.ts'
import { MemoryStore, openTransactionalHost } from '../../runtime-ts/src/transactional/index.ts'
import { quiet, VirtualClock } from '../crest/virtual-clock.ts'

export class World implements AsyncDisposable {
  readonly clock = new VirtualClock()
  readonly errors: { readonly code: string; readonly where: string }[] = []
  readonly #implementation: Implementation
  readonly #place = { storage: faultyMemory(), store: new MemoryStore() }
  readonly #hosts: Host[] = []
  readonly #random: () => number

  constructor(implementation: Implementation, random = repeatable()) {
    this.#implementation = implementation
    this.#random = random
  }

  async open(...participants: Participant[]): Promise<Host> {
    const clock = this.clock
    const random = this.#random
    const onError = ({ code }: DarqError, where: string): void => void this.errors.push({ code, where })
    const host = await this.#implementation.open({ name: 'host', participants, clock, random, onError }, this.#place)
    this.#hosts.push(host)
    return host
  }

  /** Lets everything happen that is due within so much time. */
  async pass(span_ms: number): Promise<void> {
    await this.clock.advance(span_ms)
    await quiet()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const host of this.#hosts) await host.close()
  }
}

function repeatable(): () => number {
  let seed = 1
  return () => {
    seed = (seed * 48_271) % 2_147_483_647
    return seed / 2_147_483_647
  }
}

interface Options {
  readonly name: string
  readonly participants: readonly Participant[]
  readonly clock: VirtualClock
  readonly random: () => number
  readonly onError: (error: DarqError, where: string) => void
}
interface Place {
  readonly storage: ReturnType<typeof faultyMemory>
  readonly store: MemoryStore
}
export interface Implementation {
  readonly name: string
  open(options: Options, place: Place): Promise<Host>
}

export const darq: Implementation = {
  name: 'DARQ',
  open: (options, { storage }) => openHost({ ...options, storage, core: 'typescript' }),
}
export const transactional: Implementation = {
  name: 'transactional',
  open: (options, { store }) => openTransactionalHost({ ...options, store }),
}
export const both: readonly Implementation[] = [darq, transactional]
