/**
 * Level 0: bytes. A host with its DARQs, over a storage, a transport and a clock that are given to it.
 *
 * @module
 */
import { twin, wasm } from '@darq/core'
import { DarqError } from '../error.ts'
import { openHost } from './host.ts'
import type { Engine, EngineOptions } from './types.ts'

export { DarqError } from '../error.ts'
export { decodeMessages, encodeMessages } from './messages.ts'
export type * from './types.ts'

/**
 * Opens a host. When it resolves, a new epoch is durable in the storage, every older owner is fenced, what the storage held
 * is recovered, and processors are attached where messages wait.
 *
 * @throws {DarqError} `corrupt`, `newer_format`, `older_format`, `fenced`, `storage`, `quota`, `schema` for an option that can't be
 */
export async function openEngine(options: EngineOptions): Promise<Engine> {
  const { core = 'wasm', k = 0 } = options
  if (k !== 0) throw new DarqError('schema', { facts: { expected: 'k: 0, messages wait for committed', got: k } })
  return openHost(options, core === 'twin' ? twin() : core === 'wasm' ? await wasm() : core)
}
