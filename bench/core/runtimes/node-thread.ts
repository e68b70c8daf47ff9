/**
 * One contender in a thread of Node.
 *
 * @module
 */
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { parentPort, workerData } from 'node:worker_threads'
import { contenderNamed, stageOf } from '../contenders/stage-of.ts'
import { v8Serializer } from '../contenders/v8-serializer.ts'
import { type Ask, answer } from '../remote-stage.ts'

setFlagsFromString('--expose-gc')
const collect: unknown = runInNewContext('gc')

function heap_bytes(): number {
  if (typeof collect !== 'function') throw new Error('garbage can not be collected on demand')
  collect()
  const { heapUsed, external } = process.memoryUsage()
  return heapUsed + external
}

const now_ms = () => performance.now()
const stage = await stageOf(contenderNamed(workerData), v8Serializer, { now_ms, heap_bytes })
parentPort?.on('message', async (ask: Ask) => parentPort?.postMessage(await answer(stage, ask)))
