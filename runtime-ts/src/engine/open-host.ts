/**
 * How a host comes to life: its storage is opened, what it holds recovered, and a new epoch claimed.
 *
 * @module
 */
import type { CoreMaker, VectorsMaker } from '@darq/core'
import { DarqError } from '../error.ts'
import { encodeClaimFacts } from './claim-facts.ts'
import { LiveHost, limits_default, type Makers, type Remains } from './host.ts'
import { nextEpoch } from './lineage.ts'
import { recover } from './recovery.ts'
import { recordMax } from './sizes.ts'
import type { EngineOptions } from './types.ts'

const claim_tries_max = 8

/**
 * Opens the storage, recovers what it holds, and claims a new epoch: from then on every older owner of the storage is fenced.
 *
 * @param previous a life that ended with `withdrawn`: who waits for what is left of it goes on waiting
 * @throws {DarqError} `corrupt`, `newer_format`, `older_format`, `fenced` (somebody claimed it at the same moment), `storage`, `quota`
 */
export async function openHost(
  options: EngineOptions,
  makers: { readonly core: CoreMaker; readonly vectors: VectorsMaker },
  previous?: LiveHost,
): Promise<LiveHost> {
  const limits = { ...limits_default, ...options.limits }
  const hash_key = new Uint8Array(16)
  for (let i = 0; i < hash_key.length; i += 1) hash_key[i] = Math.floor(options.random() * 256)
  const { log_bytes_max, producers_max, keys_max } = limits
  const message_bytes_max = recordMax(limits)
  const core = () => makers.core({ log_bytes_max, message_bytes_max, producers_max, keys_max, hash_key })
  const remains = previous?.takeRemains()
  try {
    for (let tries = 1; ; tries += 1) {
      try {
        return await takeOver(options, { core, vectors: makers.vectors }, remains)
      } catch (error) {
        // The older owner has written while we read: read again. It can't go on for ever, for a claim fences it.
        const isOvertaken = error instanceof DarqError && error.code === 'fenced' && error.retryable
        if (!isOvertaken || tries === claim_tries_max) throw error
      }
    }
  } catch (error) {
    remains?.versions.fail(
      error instanceof DarqError && error.retryable ? error : new DarqError('unavailable', { cause: error }),
    )
    throw error
  }
}

async function takeOver(options: EngineOptions, makers: Makers, remains: Remains | undefined): Promise<LiveHost> {
  const opened = await options.storage.open()
  if (remains !== undefined && opened.last?.epoch !== remains.rollback.epoch) {
    await opened.close()
    throw new DarqError('fenced', { retryable: false, message: 'another owner has taken the storage over' })
  }
  const recovered = await recover(opened, makers.core, remains?.rollback)
  const epoch = nextEpoch(opened.last?.epoch, options.clock.now_ms(), options.random())
  const { keep, tail } = recovered
  const storage = await opened.claim(epoch, keep, encodeClaimFacts(recovered), tail)
  return new LiveHost(options, opened, storage, epoch, { recovered, makers, remains })
}
