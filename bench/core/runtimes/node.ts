/**
 * Node: this process, a thread for each contender.
 *
 * @module
 */
import { once } from 'node:events'
import { Worker } from 'node:worker_threads'
import { type ContenderName, contenderNames } from '../contenders/contender.ts'
import { drive } from '../driver.ts'
import { type Answer, remoteStage } from '../remote-stage.ts'
import type { Stage } from '../stage.ts'
import type { RunIn } from './runtime.ts'

export const runInNode: RunIn = async (plan, say) => {
  const threads: Worker[] = []
  const stages = new Map<ContenderName, Stage>()
  try {
    for (const name of contenderNames) {
      const thread = new Worker(new URL('./node-thread.ts', import.meta.url), { workerData: name })
      threads.push(thread)
      const stage = remoteStage(async (ask) => {
        thread.postMessage(ask)
        // An error that the thread did not catch makes `once` reject.
        const [answered]: Answer[] = await once(thread, 'message')
        return answered ?? { error: 'no answer' }
      })
      stages.set(name, stage)
    }
    const rows = await drive({ runtime: 'node', stages }, plan, say)
    return { name: 'node', version: `Node ${process.versions.node} (V8 ${process.versions.v8})`, rows }
  } finally {
    await Promise.all(threads.map((thread) => thread.terminate()))
  }
}
