/**
 * Node, over memory: what the pipeline itself costs, with nothing under it. A thread for each contender.
 *
 * @module
 */
import { once } from 'node:events'
import { Worker } from 'node:worker_threads'
import type { ContenderName } from '../contenders/contender.ts'
import { drive } from '../driver.ts'
import type { GroundAnswer } from '../flat/asks.ts'
import { driveFlat } from '../flat/drive.ts'
import { type Answer, remoteStage } from '../remote-stage.ts'
import type { Stage } from '../stage.ts'
import type { RunIn } from './runtime.ts'

const contenders: readonly ContenderName[] = ['darq-bytes', 'darq', 'darq-one-client', 'transactional']

export const runInNode: RunIn = async (plan, say) => {
  const threads: Worker[] = []
  const start = (file: string): Worker => {
    const thread = new Worker(new URL(file, import.meta.url))
    threads.push(thread)
    return thread
  }
  try {
    const stages = new Map<ContenderName, Stage>()
    for (const name of contenders) {
      const thread = start('./node-thread.ts')
      const stage = remoteStage(async (ask) => {
        thread.postMessage(ask)
        // An error that the thread did not catch makes `once` reject.
        const [answered]: Answer[] = await once(thread, 'message')
        return answered ?? { error: 'no answer' }
      })
      stages.set(name, stage)
    }
    const rows = await drive('node', stages, plan, say)
    const ground = start('./node-ground.ts')
    const flat = await driveFlat(
      'node',
      async (ask) => {
        ground.postMessage(ask)
        const [answered]: GroundAnswer[] = await once(ground, 'message')
        return answered ?? { error: 'no answer' }
      },
      plan,
      say,
    )
    const version = `Node ${process.versions.node} (V8 ${process.versions.v8}), storage in memory`
    return { name: 'node', version, rows: [...rows, ...flat] }
  } finally {
    await Promise.all(threads.map((thread) => thread.terminate()))
  }
}
