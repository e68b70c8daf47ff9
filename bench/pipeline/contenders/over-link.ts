/**
 * Anything that hosts participants, as a contender: a client for each producer, in the same thread.
 *
 * @module
 */
import { type Client, type Hosted, openClient } from '@darq/runtime'
import { Counter, counter_name, randomTexts } from '../load/counter.ts'
import type { Contender } from './contender.ts'

const texts_count = 256
/** How long steps may take that are still to come, before something is wrong. */
const patience_ms = 30_000

export interface Over {
  readonly link: Hosted['link']
  /** Where "committed" is not yet "on the disk": what makes it so. */
  readonly sync?: () => Promise<unknown>
  readonly close: () => Promise<void>
  /** All producers share one client: what they send in the same breath travels together. Default: one each. */
  readonly oneClient?: boolean
}

/** Each client has a producer id of its own, so that its messages are numbered and a repeat would be told. */
export function overLink({ link, sync, close, oneClient = false }: Over): Contender {
  const texts = randomTexts(texts_count)
  const life = crypto.randomUUID()
  const clients: Client[] = []
  const reader = openClient({ link, producer: '' })
  let sent = 0
  return {
    send(producer) {
      const receipt = clientOf(oneClient ? 0 : producer).send(
        Counter.add(counter_name, texts[sent % texts_count] ?? ''),
      )
      sent += 1
      return {
        accepted: () => receipt.accepted,
        durable: sync === undefined ? receipt.committed : receipt.committed.then(sync),
      }
    },
    async settle() {
      const tooLong = new AbortController()
      const timer = setTimeout(() => tooLong.abort(), patience_ms)
      const total = await countUpTo(sent, tooLong.signal).finally(() => clearTimeout(timer))
      if (total !== sent) throw new Error(`${sent} messages were sent, ${total} were counted`)
      await sync?.()
    },
    async close() {
      for (const client of [...clients, reader]) await client.close()
      await close()
    },
  }

  /** Steps may come long after their messages are durable. @returns the committed total: what was expected, or what it is by then */
  async function countUpTo(expected: number, signal: AbortSignal): Promise<number> {
    let total = 0
    for await (const view of reader.watch(Counter.total(counter_name), { signal })) {
      if (view.grade === 'withdrawn') throw view.error
      if (view.grade === 'committed') total = view.value
      if (total >= expected) break
    }
    return total
  }

  function clientOf(producer: number): Client {
    let client = clients[producer]
    if (client === undefined) {
      client = openClient({ link, producer: `${life}/${producer}`, fresh: true })
      clients[producer] = client
    }
    return client
  }
}
