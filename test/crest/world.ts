/**
 * A host under virtual time, on storage that outlives it.
 *
 * @module
 */
import { type DarqError, type Host, type HostedOptions, openHost } from '@darq/runtime'
import type { Storage } from '@darq/runtime/storage'
import { type FaultyMemory, faultyMemory } from '../../runtime-ts/src/storage/memory-faults.ts'
import { VirtualClock } from './virtual-clock.ts'

export class World implements AsyncDisposable {
  readonly clock = new VirtualClock()
  /** While it is set, storage writes wait for it. */
  slow: (() => Promise<void>) | undefined
  readonly storage: FaultyMemory = faultyMemory({ fate: () => this.slow?.().then(() => 'written') ?? 'written' })
  readonly errors: { readonly code: string; readonly where: string }[] = []
  #hosts: Host[] = []
  #seed = 1

  /** A repeatable random source. */
  readonly random = (): number => {
    this.#seed = (this.#seed * 48_271) % 2_147_483_647
    return this.#seed / 2_147_483_647
  }

  async open(options: Omit<HostedOptions, 'name' | 'storage'> & { name?: string; storage?: Storage }): Promise<Host> {
    const host = await openHost({
      name: 'host',
      storage: this.storage,
      clock: this.clock,
      random: this.random,
      onError: ({ code }: DarqError, where) => this.errors.push({ code, where }),
      core: 'typescript',
      ...options,
    })
    this.#hosts.push(host)
    return host
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const host of this.#hosts) await host.close()
  }
}
