/**
 * One contender in a thread of Node, over files of this machine's disk.
 *
 * @module
 */
import { mkdtemp, open as openFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parentPort } from 'node:worker_threads'
import { Medium } from '../../../runtime-ts/src/storage/memory.ts'
import { storageOver } from '../../../runtime-ts/src/storage/store.ts'
import { FileCells } from '../../chain/processes/file-cells.ts'
import { byHandOver } from '../contenders/by-hand.ts'
import type { Contender } from '../contenders/contender.ts'
import { openTwoHosts } from '../contenders/two-hosts.ts'
import { type Ask, answer, kOf, type Stage } from '../stage.ts'

const now_ms = (): number => performance.now()

const stage: Stage = {
  isNewEachTime: true,
  now_ms,
  processor_ms: () => {
    // All of the process: the garbage collector's threads and those that write files, too. The main thread only waits.
    const { user, system } = process.cpuUsage()
    return (user + system) / 1_000
  },
  async open(contender, workload) {
    const folder = await mkdtemp(join(tmpdir(), 'darq-bench-stream-'))
    const opened = await openIn(folder)
    return {
      ...opened,
      async close() {
        await opened.close()
        await rm(folder, { recursive: true, force: true })
      },
    }

    async function openIn(place: string): Promise<Contender> {
      if (contender === 'by-hand') {
        const file = await openFile(join(place, 'by-hand.log'), 'a')
        const commit = async (changes: ReadonlyMap<string, string | undefined>): Promise<void> => {
          await file.appendFile(`${JSON.stringify([...changes])}\n`)
          await file.sync()
        }
        return byHandOver(workload.byHand(), commit, now_ms, () => file.close())
      }
      const storageOf = (host: string) => {
        const medium = new Medium()
        return storageOver({
          durability: () => 'strict',
          connect: () => FileCells.open(join(place, `${host}.log`), medium, 0),
        })
      }
      return openTwoHosts(workload, kOf(contender), storageOf, now_ms)
    }
  },
}

parentPort?.on('message', async (ask: Ask) => parentPort?.postMessage(await answer(stage, ask)))
