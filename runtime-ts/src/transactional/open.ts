/**
 * The second implementation of what a participant may rely on: each step is one transaction. Applications run on it
 * unchanged. It is the oracle of the tests, and the baseline of the benchmarks.
 *
 * @module
 */
import { type Host, hostClient } from '../crest/host/host-client.ts'
import type { DarqError } from '../error.ts'
import type { Epoch } from '../storage/contract.ts'
import { TransactionalHost, type TransactionalOptions } from './host.ts'
import type { Peer } from './outbox.ts'

/** A host without a client of its own; to other hosts, a peer. */
export interface Transactional extends Peer {
  readonly epoch: Epoch
  /**
   * Resolves when it has stopped for good: with the reason when its store failed or was taken over, `undefined` after
   * `close`. It is not opened anew by itself.
   */
  readonly stopped: Promise<DarqError | undefined>
  close(): Promise<void>
}

/**
 * Opens a host. When it resolves, an older owner of the store can write no more.
 *
 * @throws {DarqError} `storage`, `quota`, `corrupt`; `invalid_argument` for options that contradict themselves
 */
export async function openTransactional(options: TransactionalOptions): Promise<Transactional> {
  const host = await TransactionalHost.open(options)
  const { link, stopped } = host
  return {
    link,
    stopped,
    epoch: host.owner.epoch,
    deliver: (delivery) => host.deliver(delivery),
    close: () => host.close(),
  }
}

/**
 * Opens a host with its client, in this process: the same interface as `openHost`.
 *
 * @throws {DarqError} as {@link openTransactional}
 * @example
 * await using host = await openTransactionalHost({ name: 'demo', participants: [counter], store: new MemoryStore() })
 * await host.send(Counter.add('clicks', 1)).committed
 */
export async function openTransactionalHost(options: TransactionalOptions): Promise<Host> {
  const host = await openTransactional(options)
  return hostClient(
    {
      link: host.link,
      durability: options.store.durability,
      core: { core: 'own', reason: undefined }, // it has no log that a core would keep
      epoch: () => host.epoch,
      close: () => host.close(),
    },
    options,
  )
}
