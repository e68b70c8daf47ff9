import { deleteDB, openDB } from 'idb'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { cdp } from 'vitest/browser'
import { xxh32 } from '../../core-as/src/xxh32.ts'
import { indexedDB } from '../../runtime-ts/src/storage/indexed-db.ts'
import { conformance } from './conformance.ts'
import { databasePlace } from './indexed-db-place.ts'
import { bytes, codeOf, commit, contents, epoch, errorOf, noise, own, readAll, version } from './place.ts'

let count = 0
const newName = () => `storage ${Date.now()} ${count++}`

conformance('IndexedDB', { splits: true }, async (body) => {
  const name = newName()
  await body(databasePlace(name, () => indexedDB(name)))
})

/** Remembers the transactions that the page's connections begin from now on, with their connection. */
function watchTransactions(complete: () => void = () => undefined) {
  const seen: { readonly database: IDBDatabase; readonly transaction: IDBTransaction }[] = []
  const original = IDBDatabase.prototype.transaction
  vi.spyOn(IDBDatabase.prototype, 'transaction').mockImplementation(function (this: IDBDatabase, ...args) {
    const transaction = original.apply(this, args)
    transaction.addEventListener('complete', complete)
    seen.push({ database: this, transaction })
    return transaction
  })
  return seen
}

/** The protocol of the browser itself. */
const protocol = cdp() as unknown as { send(method: string, params: object): Promise<unknown> }

afterEach(() => {
  vi.restoreAllMocks()
})

describe('IndexedDB writes', () => {
  it('strictly, in one transaction a commit, committed in the tick in which it was begun', async () => {
    const owner = await own(indexedDB(newName()), 1)
    const seen = watchTransactions()
    const committed = vi.spyOn(IDBTransaction.prototype, 'commit')
    const pending = owner.commit(commit(1, noise(200_000)))
    await vi.waitFor(() => expect(seen.length).toBe(1), { interval: 0 })
    expect(seen[0]?.transaction).toMatchObject({ mode: 'readwrite', durability: 'strict' })
    expect(committed).toHaveBeenCalledTimes(1)
    await pending
    expect(seen.length).toBe(1)
  })

  it('only once the transaction is complete', async () => {
    const owner = await own(indexedDB(newName()), 1)
    const order: string[] = []
    watchTransactions(() => order.push('complete'))
    await owner.commit(commit(1)).then(() => order.push('resolved'))
    expect(order).toEqual(['complete', 'resolved'])
  })

  it('says `strict` when it asks for strict transactions', () => {
    expect(indexedDB('unopened').durability).toBe('strict')
  })
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

  for (const { what, value_bytes_max, codes } of [
    { what: 'in one value', value_bytes_max: 10_000_000, codes: ['quota'] },
    // Chromium doesn't always say why it aborts a transaction of several values.
    { what: 'in many values', value_bytes_max: 60_000, codes: ['quota', 'storage'] },
  ]) {
    it(`with ${codes.join(' or ')} when the disk is full for a commit ${what}, after which the store is as it was`, async () => {
      const { origin } = location
      // The browser remembers for a while how much room there was; it forgets with the data.
      await protocol.send('Storage.clearDataForOrigin', { origin, storageTypes: 'indexeddb' })
      await protocol.send('Storage.overrideQuotaForOrigin', { origin, quotaSize: 1_000_000 })
      const name = newName()
      try {
        const owner = await own(indexedDB(name, { value_bytes_max }), 1)
        await owner.commit(commit(1))
        const error = await errorOf(() => owner.commit(commit(2, noise(5_000_000))))
        expect(codes).toContain(error?.code)
        expect(error?.retryable).toBe(true)
        expect(await contents(indexedDB(name))).toEqual(['1:v1'])
      } finally {
        await protocol.send('Storage.overrideQuotaForOrigin', { origin })
      }
      const next = await own(indexedDB(name), 2)
      await next.commit(commit(2))
      expect(await contents(indexedDB(name))).toEqual(['1:v1', '2:v2'])
    })
  }

  it('with an error, not with a new store under the old owner, when the browser throws the data away', async () => {
    const name = newName()
    const before = await indexedDB(name).open()
    const owner = await before.claim(epoch(1), version(0), bytes(''))
    const seen = watchTransactions()
    await owner.commit(commit(1))
    const closed = new Promise((resolve) => seen[0]?.database.addEventListener('close', resolve))
    await protocol.send('Storage.clearDataForOrigin', { origin: location.origin, storageTypes: 'indexeddb' })
    await closed
    expect(await codeOf(() => owner.commit(commit(2)))).toBe('storage')
    const after = await indexedDB(name).open()
    expect(after.generation > before.generation).toBe(true)
    expect(await readAll(after)).toEqual([])
  })
})

describe('a connection that the browser closes', () => {
  /** What Chromium and Safari do under memory pressure or after a crash of their storage process. */
  const lose = async (database: IDBDatabase) => {
    database.close()
    database.dispatchEvent(new Event('close'))
  }

  it('is opened again, and the owner writes on, until the budget is used up', async () => {
    const name = newName()
    const opened = await indexedDB(name, { reopens_max: 2 }).open()
    const owner = await opened.claim(epoch(1), version(0), bytes(''))
    const seen = watchTransactions()
    for (const at of [1, 2, 3]) {
      await owner.commit(commit(at))
      const { database } = seen.at(-1) ?? {}
      if (database === undefined) throw new Error('expected a connection')
      await lose(database)
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
    seen.at(-1)?.database.close()
    expect(await codeOf(() => owner.commit(commit(2)))).toBe('storage')
    const next = await own(indexedDB(name), 2)
    await next.commit(commit(2, 'next'))
    expect(await contents(indexedDB(name))).toEqual(['1:v1', '2:next'])
  })
})
