/**
 * Stores over their life, in a thread of Node.
 *
 * @module
 */
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { parentPort } from 'node:worker_threads'
import { answerOnGround, type GroundAsk } from '../flat/asks.ts'
import { memoryGround } from '../flat/memory-ground.ts'

setFlagsFromString('--expose-gc')
const collect: unknown = runInNewContext('gc')

const ground = memoryGround(() => {
  if (typeof collect !== 'function') throw new Error('garbage can not be collected on demand')
  collect()
  const { heapUsed, external } = process.memoryUsage()
  return heapUsed + external
})

parentPort?.on('message', async (ask: GroundAsk) => parentPort?.postMessage(await answerOnGround(ground, ask)))
