/**
 * What speculation adds to the bytes between hosts: counted frame by frame, apart from anything that is timed.
 *
 * @module
 */
import type { Row } from '../row.ts'
import { contenderNames, kOf } from './contenders.ts'
import { text_bytes } from './link.ts'
import { runLoops } from './load/closed-loops.ts'
import type { Plan } from './plan.ts'
import { workloadOf } from './rows.ts'
import { openInProcess } from './stations/in-process.ts'
import { Traffic } from './stations/traffic.ts'

/** Long enough that what leaves is not durable yet. */
const flush_ms = 20
const requests_per_loop = 10

export async function countBytes(plan: Plan, say: (line: string) => void): Promise<Row[]> {
  const rows: Row[] = []
  say('bytes between hosts')
  for (const length of plan.lengths.filter((hosts) => hosts > 1))
    for (const contender of contenderNames) {
      const k = kOf(contender)
      if (k === undefined) continue
      for (const loops of plan.loops) {
        const traffic = new Traffic()
        const chain = await openInProcess({ length, k, flush_ms, traffic })
        const requests = loops * requests_per_loop
        await runLoops(chain, { loops, more: (made) => made < requests, now_ms: () => performance.now() })
        await chain.close()
        const row = (metric: string, value: number): Row => {
          const workload = workloadOf(length, flush_ms)
          const place = {
            bench: 'chain',
            runtime: 'wire',
            contender,
            workload,
            payload_bytes: text_bytes,
            batch: loops,
          }
          return { ...place, metric, unit: 'bytes/message', value, spread: 0 }
        }
        const { messages } = traffic
        rows.push(
          row('headers', traffic.header_bytes / messages),
          row('vectors', traffic.vector_bytes / messages),
          row('answers', traffic.other_bytes / messages),
        )
      }
    }
  return rows
}
