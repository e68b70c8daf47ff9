/**
 * How long a store takes to open: one that has seen very many steps, and one in which very many messages wait.
 *
 * @module
 */
import { openClient, openHosted } from '@darq/runtime'
import { DarqError, encodeMessages, openEngine, type Sequence } from '@darq/runtime/engine'
import { platformClock } from '../../../runtime-ts/src/clock.ts'
import { encodeEnvelope } from '../../../runtime-ts/src/crest/wire/envelope.ts'
import { Counter, counter, counter_name, randomTexts } from '../load/counter.ts'
import type { Ground } from './ground.ts'

export const pending_store = 'pending'
/** A million messages of 100 bytes are more than the default allows. */
const limits = { log_bytes_max: 512 * 1024 * 1024 }
const batch_messages = 1_024
const darq_name = `counter/${counter_name}`

export interface Opening {
  readonly elapsed_ms: number
  readonly pending: number
}

/** Fills a store with messages that nobody consumes. */
export async function fillPending(ground: Ground, count: number): Promise<void> {
  const engine = await openEngine({
    name: 'bench',
    storage: ground.storage(pending_store),
    clock: platformClock(),
    random: Math.random,
    limits,
  })
  const darq = engine.darq(darq_name)
  const payloads = randomTexts(batch_messages).map((body) => encodeEnvelope({ name: 'add', body, version: 0 }))
  const producer = new TextEncoder().encode('bench')
  for (let sent = 0; sent < count; sent += batch_messages) {
    const batch = encodeMessages(payloads.slice(0, Math.min(batch_messages, count - sent)))
    // A commit at a time: what waits to be written is a copy of the log.
    await darq.enqueue(producer, (sent + 1) as Sequence, batch).durable
  }
  await engine.close()
}

/**
 * Opens a host of participants over the store, and lets it go at once, before any message is delivered.
 *
 * @throws {Error} not as many messages were pending as should be
 */
export async function timeOpening(ground: Ground, store: string, pending: number): Promise<Opening> {
  const storage = ground.storage(store)
  const began_ms = ground.now_ms()
  const hosted = await openHosted({ name: 'bench', participants: [counter], storage, limits })
  const elapsed_ms = ground.now_ms() - began_ms
  const got = hosted.engine.darq(darq_name).waiting
  hosted.engine.abandon(new DarqError('closed', { message: 'seen enough' }))
  await hosted.stopped
  if (got !== pending) throw new Error(`${pending} messages should wait, ${got} do`)
  return { elapsed_ms, pending: got }
}

/** @throws {Error} the store's counter is not where it should be: it has lost or repeated something */
export async function checkCounted(ground: Ground, store: string, steps: number): Promise<void> {
  const hosted = await openHosted({ name: 'bench', participants: [counter], storage: ground.storage(store) })
  const client = openClient({ link: hosted.link, producer: '' })
  const got = await client.query(Counter.total(counter_name))
  await client.close()
  await hosted.close()
  if (got !== steps) throw new Error(`${steps} steps were made, ${got} were counted`)
}
