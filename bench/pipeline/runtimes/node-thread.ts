/**
 * One contender in a thread of Node, over memory.
 *
 * @module
 */
import { parentPort } from 'node:worker_threads'
import { memory } from '@darq/runtime/storage'
import { MemoryStore } from '../../../runtime-ts/src/transactional/index.ts'
import { openBytes } from '../contenders/bytes.ts'
import type { ContenderName } from '../contenders/contender.ts'
import { openDarq, openPlain } from '../contenders/hosts.ts'
import { type Ask, answer } from '../remote-stage.ts'
import { stageIn } from '../stage.ts'

const stage = stageIn({
  contender: (name: ContenderName) => {
    if (name === 'darq-bytes') return openBytes(memory())
    if (name === 'darq') return openDarq(memory())
    if (name === 'darq-one-client') return openDarq(memory(), true)
    if (name === 'transactional') return openPlain(new MemoryStore())
    throw new Error(`memory has no transactions of its own: no ${name}`)
  },
  now_ms: () => performance.now(),
  meter: undefined,
  messages_per_sample: 1,
})

parentPort?.on('message', async (ask: Ask) => parentPort?.postMessage(await answer(stage, ask)))
