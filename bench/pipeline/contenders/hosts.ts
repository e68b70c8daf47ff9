/**
 * The two implementations of a host of participants.
 *
 * @module
 */
import { openHosted } from '@darq/runtime'
import type { Storage } from '@darq/runtime/storage'
import { openTransactional, type Store } from '../../../runtime-ts/src/transactional/index.ts'
import { counter } from '../load/counter.ts'
import type { Contender } from './contender.ts'
import { overLink } from './over-link.ts'

const options = { name: 'bench', participants: [counter], onError: report }

/**
 * The engine: log, Wasm core, group commit.
 *
 * @param oneClient see `Over`
 */
export async function openDarq(storage: Storage, oneClient = false): Promise<Contender> {
  const hosted = await openHosted({ ...options, storage })
  return overLink({ link: hosted.link, close: () => hosted.close(), oneClient })
}

/**
 * Each message and each step a transaction of the platform.
 *
 * @param sync where a transaction resolves before it is on the disk: resolves when it is
 */
export async function openPlain(store: Store, sync?: () => Promise<unknown>): Promise<Contender> {
  const host = await openTransactional({ ...options, store })
  return overLink({ link: host.link, close: () => host.close(), ...(sync !== undefined && { sync }) })
}

/** A failure that nobody waits for spoils the figures, so it is shown. */
function report(error: Error, where: string): void {
  console.error(`${where}: ${error.message}`)
}
