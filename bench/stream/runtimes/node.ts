/**
 * Node: a thread for each round.
 *
 * @module
 */
import { once } from 'node:events'
import { Worker } from 'node:worker_threads'
import type { Answer } from '../stage.ts'
import type { OpenRuntime } from './runtime.ts'

export const openNode: OpenRuntime = async () => ({
  name: 'node',
  version: `Node ${process.versions.node} (V8 ${process.versions.v8}), a file for each store, fsync`,
  async ask(ask) {
    const thread = new Worker(new URL('./node-thread.ts', import.meta.url))
    try {
      thread.postMessage(ask)
      // An error that the thread did not catch makes `once` reject.
      const [answered]: Answer[] = await once(thread, 'message')
      return answered ?? { error: 'no answer' }
    } finally {
      await thread.terminate()
    }
  },
  close: async () => {},
})
