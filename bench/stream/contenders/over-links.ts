/**
 * Two hosts, reached by links: the stream's, and the one where its results go.
 *
 * @module
 */
import { openClient } from '@darq/runtime'
import { feed } from '@darq/runtime/stream'
import type { Link } from '@darq/runtime/transport'
import type { Workload } from '../workloads/workload.ts'
import type { Contender } from './contender.ts'

export interface Over {
  readonly workload: Workload
  readonly source: Link
  readonly sink: Link
  readonly now_ms: () => number
  readonly close: () => Promise<void>
}

const patience_ms = 60_000

export function overLinks({ workload, source, sink, now_ms, close }: Over): Contender {
  const client = openClient({ link: async () => source, producer: `feeder/${crypto.randomUUID()}`, fresh: true })
  const reader = openClient({ link: async () => sink, producer: '' })
  return {
    async feed(batches, expected) {
      // The feeder batches by itself what it is given one by one; here batches are made already.
      const many = { many: (bodies: readonly (readonly unknown[])[]) => workload.record.many(bodies.flat()) }
      await feed(client, many, batches, { batch: 1 })
      let found = 0
      for await (const view of reader.watch(workload.count(), { signal: AbortSignal.timeout(patience_ms) })) {
        if (view.grade !== 'committed') continue
        found = view.value
        if (found >= expected) break
      }
      if (found !== expected) throw new Error(`${found} results instead of ${expected}`)
    },
    async one(records) {
      // Whoever waits is there before anything is sent.
      const views = reader.watch(workload.count(), { signal: AbortSignal.timeout(patience_ms) })[Symbol.asyncIterator]()
      let before: number | undefined
      while (before === undefined) {
        const { value: view, done } = await views.next()
        if (done === true) throw new Error('nothing to watch')
        if (view.grade === 'committed') before = view.value
      }
      const sent_ms = now_ms()
      client.send(workload.record.many(records))
      let seen_ms: number | undefined
      for (;;) {
        const { value: view, done } = await views.next()
        if (done === true) throw new Error('no result came')
        if (view.grade === 'withdrawn' || view.value <= before) continue
        seen_ms ??= now_ms() - sent_ms
        if (view.grade !== 'committed') continue
        await views.return?.()
        return { seen_ms, committed_ms: now_ms() - sent_ms }
      }
    },
    async close() {
      await client.close()
      await reader.close()
      await close()
    },
  }
}
