/**
 * All hosts of a chain in this process, over memory: what the protocol costs with nothing under it.
 *
 * @module
 */
import { kOf } from '../contenders.ts'
import { loaded } from '../load/loaded.ts'
import { openGatedInProcess } from './gated-in-process.ts'
import { openInProcess } from './in-process.ts'
import { ownTime_ms } from './processor-time.ts'
import type { Station } from './station.ts'

const now_ms = () => performance.now()

export function nodeStation(): Station {
  return {
    name: 'node',
    version: `Node ${process.versions.node}, all hosts in one thread, storage in memory`,
    async open({ contender, length, flush_ms }) {
      const k = kOf(contender)
      const chain =
        k === undefined ? openGatedInProcess(length, flush_ms) : await openInProcess({ length, k, flush_ms })
      const here = loaded(chain, now_ms)
      return {
        async round(spec) {
          const before_ms = ownTime_ms()
          const round = await here.round(spec)
          return { ...round, cpu_ms: ownTime_ms() - before_ms }
        },
        close: () => here.close(),
      }
    },
    close: async () => {},
  }
}
