/**
 * How a connection to IndexedDB is opened, shared and lost. Holds in every browser.
 *
 * @module
 */
import { deleteDB, openDB } from 'idb'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { xxh32 } from '../../core-as/src/xxh32.ts'
import { indexedDB } from '../../runtime-ts/src/storage/indexed-db.ts'
import { newName } from './names.ts'
import { bytes, codeOf, commit, contents, epoch, errorOf, noise, own, readAll, version } from './place.ts'
import { dropOpenings, loseConnection, newestConnection, watchTransactions } from './transactions.ts'

export function indexedDbConnections(): void {
  afterEach(() => {
    vi.restoreAllMocks()
  })

  describe('two connections in one page', () => {
    it('that fight for a store never both win a version, and lose nothing that either was promised', async () => {
      const name = newName()
      const promised: string[] = []
      let newest_epoch = 0
      const fight = async (who: string) => {
        for (let round = 0; round < 15; round++) {
          const opened = await indexedDB(name).open()
          const newest = (await readAllOrFenced(opened)) ?? -1
          if (newest < 0) continue
          const code = await codeOf(async () => {
            const owner = await opened.claim(epoch(++newest_epoch), version(newest), bytes(who))
            for (let next = newest + 1; next <= newest + 3; next++) {
              await owner.commit(commit(next, `${who}${round}`))
              promised.push(`${next}:${who}${round}`)
            }
            await owner.close()
          })
          expect([undefined, 'fenced']).toContain(code)
        }
      }
      await Promise.all([fight('a'), fight('b')])
      expect(promised.length).toBeGreaterThan(10)
      expect(await contents(indexedDB(name))).toEqual(promised)
    })

    async function readAllOrFenced(opened: Parameters<typeof readAll>[0]): Promise<number | undefined> {
      let newest: number | undefined = 0
      const code = await codeOf(async () => {
        newest = (await readAll(opened)).at(-1)?.version ?? 0
      })
      expect([undefined, 'fenced']).toContain(code)
      return code === undefined ? newest : undefined
    }
  })

  describe('a worker that is killed', () => {
    it('in the middle of commits leaves each of them whole or not at all, and every one that it was told is durable', async () => {
      const name = newName()
      const commit_bytes = 150_000
      let newest = 0
      for (let life = 1; life <= 6; life++) {
        const worker = new Worker(new URL('./committing-worker.ts', import.meta.url), { type: 'module' })
        const told = await new Promise<number>((resolve, reject) => {
          worker.addEventListener('message', ({ data }: MessageEvent<number | string>) => {
            if (typeof data === 'string') return reject(new Error(data))
            // The next commit is under way when the third one is told.
            if (data >= newest + 3) resolve(data)
          })
          worker.addEventListener('error', (event) => reject(new Error(event.message)))
          worker.postMessage({ name, epoch: life, commit_bytes })
        })
        worker.terminate()
        const segments = await readAll(await indexedDB(name).open())
        for (const segment of segments) {
          expect(xxh32(segment.bytes), `version ${segment.version}`).toBe(xxh32(noise(commit_bytes, segment.version)))
        }
        newest = segments.at(-1)?.version ?? 0
        expect(newest).toBeGreaterThanOrEqual(told)
      }
    })
  })

  describe('IndexedDB ends', () => {
    it('with `closed` when somebody deletes the database, and lets them', async () => {
      const name = newName()
      const owner = await own(indexedDB(name), 1)
      await owner.commit(commit(1))
      await deleteDB(name)
      expect(await codeOf(() => owner.commit(commit(2)))).toBe('closed')
      expect(await contents(indexedDB(name))).toEqual([])
    })

    it('with `newer_format` at a database of a newer version, and changes nothing', async () => {
      const name = newName()
      const newer = await openDB(name, 7, {
        upgrade: (database) => void database.createObjectStore('theirs').add('value', 1),
      })
      newer.close()
      const error = await errorOf(() => indexedDB(name).open())
      expect(error).toMatchObject({ code: 'newer_format', facts: { expected: 1, got: 7 } })
      const after = await openDB(name)
      expect([after.version, ...after.objectStoreNames, await after.get('theirs', 1)]).toEqual([7, 'theirs', 'value'])
      after.close()
    })

    it("with `corrupt` at somebody else's database, and changes nothing", async () => {
      const name = newName()
      const theirs = await openDB(name, 1, { upgrade: (database) => void database.createObjectStore('theirs') })
      theirs.close()
      expect(await codeOf(() => indexedDB(name).open())).toBe('corrupt')
      const after = await openDB(name)
      expect([...after.objectStoreNames]).toEqual(['theirs'])
      after.close()
    })

    it('with `corrupt` at a value that is no bytes, and at a store without its first value', async () => {
      for (const [number, value] of [
        [2, { some: 'object' }],
        [0, 'text'],
        [0, undefined],
      ] as const) {
        const name = newName()
        const owner = await own(indexedDB(name), 1)
        await owner.commit(commit(1))
        await owner.commit(commit(2))
        const database = await openDB(name)
        if (value === undefined) await database.delete('values', number)
        else await database.put('values', value, number)
        database.close()
        expect(await codeOf(() => contents(indexedDB(name))), String(value)).toBe('corrupt')
      }
    })

    it('with `storage` when an opening stays blocked, and opens once it is free', async () => {
      const name = newName()
      const stubborn = await openDB(name, 1, { upgrade: (database) => void database.createObjectStore('theirs') })
      const deletion = deleteDB(name)
      const error = await errorOf(() => indexedDB(name, { open_timeout_ms: 20 }).open())
      expect(error).toMatchObject({ code: 'storage', retryable: true, facts: { expected: 20 } })
      stubborn.close()
      await deletion
      expect(await contents(indexedDB(name))).toEqual([])
    })
  })

  describe('an opening', () => {
    it('that was given up is closed once it succeeds', async () => {
      const name = newName()
      const stubborn = await openDB(name, 1, { upgrade: (database) => void database.createObjectStore('theirs') })
      const deletion = deleteDB(name)
      expect(await codeOf(() => indexedDB(name, { open_timeout_ms: 20 }).open())).toBe('storage')
      const closed = vi.spyOn(IDBDatabase.prototype, 'close')
      stubborn.close()
      await deletion
      await vi.waitFor(() => expect(closed).toHaveBeenCalledTimes(2))
    })

    it('that the browser drops is tried again, twice', async () => {
      const name = newName()
      dropOpenings(2)
      expect(await contents(indexedDB(name))).toEqual([])
      dropOpenings(3)
      expect(await codeOf(() => indexedDB(name).open())).toBe('storage')
    })

    it('reads at most 64 values at once', async () => {
      const name = newName()
      const owner = await own(indexedDB(name), 1)
      for (let at = 1; at <= 200; at++) await owner.commit(commit(at))
      const read = vi.spyOn(IDBObjectStore.prototype, 'getAll')
      expect((await contents(indexedDB(name))).length).toBe(200)
      const counts = read.mock.results.map(({ value }) => value.result.length)
      expect(counts).toEqual([64, 64, 64, 8])
    })

    it('whose connection dies while it reads fails once, and then reads on a new one', async () => {
      const name = newName()
      const owner = await own(indexedDB(name), 1)
      for (const at of [1, 2]) await owner.commit(commit(at))
      await owner.close()
      const seen = watchTransactions()
      const opened = await indexedDB(name).open()
      newestConnection(seen).close()
      expect(await codeOf(() => readAll(opened))).toBe('storage')
      const next = await opened.claim(epoch(2), version(2), bytes(''))
      await next.commit(commit(3))
      expect(await contents(indexedDB(name))).toEqual(['1:v1', '2:v2', '3:v3'])
    })
  })

  describe('a connection that the browser closes', () => {
    it('is opened again, and the owner writes on, until the budget is used up', async () => {
      const name = newName()
      const opened = await indexedDB(name, { reopens_max: 2 }).open()
      const owner = await opened.claim(epoch(1), version(0), bytes(''))
      const seen = watchTransactions()
      for (const at of [1, 2, 3]) {
        await owner.commit(commit(at))
        loseConnection(newestConnection(seen))
      }
      expect(await errorOf(() => owner.commit(commit(4)))).toMatchObject({
        code: 'storage',
        facts: { expected: 2, got: 3 },
      })
      expect(await contents(indexedDB(name))).toEqual(['1:v1', '2:v2', '3:v3'])
    })

    it('without saying so fails the commit, and is not used again', async () => {
      const name = newName()
      const owner = await own(indexedDB(name), 1)
      const seen = watchTransactions()
      await owner.commit(commit(1))
      newestConnection(seen).close()
      expect(await codeOf(() => owner.commit(commit(2)))).toBe('storage')
      const next = await own(indexedDB(name), 2)
      await next.commit(commit(2, 'next'))
      expect(await contents(indexedDB(name))).toEqual(['1:v1', '2:next'])
    })
  })
}
