/**
 * Long workflows in this process, over memory or a file.
 *
 * @module
 */
import { randomUUID } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openHost } from '@darq/runtime'
import { memory, type Storage } from '@darq/runtime/storage'
import { Medium } from '../../../runtime-ts/src/storage/memory.ts'
import { storageOver } from '../../../runtime-ts/src/storage/store.ts'
import { FileCells } from '../../chain/processes/file-cells.ts'
import { ownTime_ms } from '../../chain/stations/processor-time.ts'
import type { Ground } from './ground.ts'
import { Interrupted, Long, participants, type Watcher } from './workflows.ts'

export function nodeOverMemory(): Ground {
  return inNode(
    'memory',
    () => memory(),
    async () => {},
  )
}

/** Each commit is an `fsync`; a store that is opened again reads its file from the start. */
export async function nodeOverFile(): Promise<Ground> {
  const folder = await mkdtemp(join(tmpdir(), 'darq-bench-long-'))
  const overFile = (): Storage => {
    const path = join(folder, randomUUID())
    return storageOver({ durability: () => 'strict', connect: () => FileCells.open(path, new Medium(), 0) })
  }
  return inNode('file', overFile, () => rm(folder, { recursive: true, force: true }))
}

function open(storage: Storage, watcher: Watcher) {
  const report = (error: Error, where: string) => console.error(`${where}: ${error.message}`)
  return openHost({ name: 'bench', participants: participants(watcher), storage, onError: report })
}

function inNode(what: string, newStorage: () => Storage, close: () => Promise<void>): Ground {
  return {
    name: `node, ${what}`,
    version: `Node ${process.versions.node}, one host in this process over ${what}`,
    async long(form, steps, stretch) {
      const marks_ms: number[] = []
      const cpu_ms: number[] = []
      const done = (_id: string, number: number) => {
        if (number % stretch !== 0) return
        marks_ms.push(performance.now())
        cpu_ms.push(ownTime_ms())
      }
      await using host = await open(newStorage(), { done, next: async () => {} })
      await host.call(Long.start(randomUUID(), { steps, form }))
      return { marks_ms, cpu_ms }
    },
    async resume(form, steps) {
      const storage = newStorage()
      const id = randomUUID()
      const reached = Promise.withResolvers<void>()
      const next = () => {
        reached.resolve()
        return new Promise<void>(() => {})
      }
      const first = await open(storage, { done: () => {}, next })
      const asked = first.call(Interrupted.start(id, { steps, form }))
      asked.catch(() => {}) // the host is closed before it answers
      await reached.promise
      await first.close()
      const goesOn = Promise.withResolvers<number>()
      const opened_ms = performance.now()
      await using second = await open(storage, {
        done: () => {},
        next: async () => goesOn.resolve(performance.now()),
      })
      const next_ms = (await goesOn.promise) - opened_ms
      await second.call(Interrupted.start(id, { steps, form }))
      return { next_ms }
    },
    close,
  }
}
