/**
 * One contender in a worker of a browser, over databases of its own.
 *
 * @module
 */
import { indexedDB as indexedDbStorage } from '@darq/runtime/storage'
import { byHandOver } from '../contenders/by-hand.ts'
import { openTwoHosts } from '../contenders/two-hosts.ts'
import { type Ask, answer, kOf, type Stage } from '../stage.ts'

const store_name = 'values'
const now_ms = (): number => performance.now()

const stage: Stage = {
  isNewEachTime: true,
  now_ms,
  processor_ms: () => undefined,
  async open(contender, workload) {
    const life = crypto.randomUUID()
    if (contender !== 'by-hand')
      return openTwoHosts(workload, kOf(contender), (host) => indexedDbStorage(`${host}-${life}`), now_ms)
    const database = await openDatabase(`by-hand-${life}`)
    const commit = (changes: ReadonlyMap<string, string | undefined>): Promise<void> =>
      new Promise((resolve, reject) => {
        const transaction = database.transaction(store_name, 'readwrite', { durability: 'strict' })
        const store = transaction.objectStore(store_name)
        for (const [key, value] of changes)
          if (value === undefined) store.delete(key)
          else store.put(value, key)
        transaction.oncomplete = () => resolve()
        transaction.onabort = () => reject(transaction.error)
        transaction.commit()
      })
    return byHandOver(workload.byHand(), commit, now_ms, async () => database.close())
  },
}

function openDatabase(name: string): Promise<IDBDatabase> {
  return new Promise((resolve, reject) => {
    const opening = indexedDB.open(name, 1)
    opening.onupgradeneeded = () => void opening.result.createObjectStore(store_name)
    opening.onsuccess = () => resolve(opening.result)
    opening.onerror = () => reject(opening.error)
  })
}

addEventListener('message', async ({ data }: MessageEvent<Ask>) => postMessage(await answer(stage, data)))
