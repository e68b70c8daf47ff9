/**
 * Level 0: bytes. A host with its DARQs, over a storage, a transport and a clock that are given to it.
 *
 * @module
 */
import { checkK, invalid } from '../options.ts'
import { chooseCore } from './core-choice.ts'
import { LiveHost } from './host.ts'
import { openHost } from './open-host.ts'
import type { Engine, EngineOptions } from './types.ts'

export { DarqError } from '../error.ts'
export { EventLog, type HostEvent, type LoggedEvent } from './event-log.ts'
export { decodeMessages, encodeMessages } from './messages.ts'
export type * from './types.ts'

/**
 * Opens a host. When it resolves, a new epoch is durable in the storage, every older owner is fenced, what the storage held
 * is recovered, and processors are attached where messages wait.
 *
 * @param previous an engine of this storage that stopped with `withdrawn`: receipts for what is left of it settle as this
 * one goes on. Without it they never do.
 * @throws {DarqError} `corrupt`, `newer_format`, `older_format`, `fenced`, `storage`, `quota`, `invalid_argument` for an option that can't be,
 * `wasm_unavailable` with `core: 'wasm'`
 */
export async function openEngine(options: EngineOptions, previous?: Engine): Promise<Engine> {
  checkSpeculation(options)
  const { make, reason } = await chooseCore(options)
  if (reason !== undefined) options.onError?.(reason, 'core')
  return openHost(options, make, previous instanceof LiveHost ? previous : undefined)
}

/** Peers would depend on what a storage forgets that only hopes to keep it. */
function checkSpeculation({ k = 0, storage }: EngineOptions): void {
  if (typeof k === 'number') checkK(k)
  const { durability } = storage
  if (k !== 0 && durability !== 'strict' && durability !== 'memory')
    throw invalid('k: 0 on storage that is not strict', durability)
}
