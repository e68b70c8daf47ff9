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
const collections = 3
const collect: unknown = runInNewContext('gc')

const ground = memoryGround(async () => {
  if (typeof collect !== 'function') throw new Error('garbage can not be collected on demand')
  // What the first round finds dead lets go of more, in a task of its own: the memory of a core, above all.
  for (let nth = 0; nth < collections; nth += 1) {
    collect()
    await new Promise((resolve) => setImmediate(resolve))
  }
  const { heapUsed, external } = process.memoryUsage()
  return heapUsed + external
})

parentPort?.on('message', async (ask: GroundAsk) => parentPort?.postMessage(await answerOnGround(ground, ask)))
