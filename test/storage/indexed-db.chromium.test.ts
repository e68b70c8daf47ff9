import { afterEach, describe, expect, it, vi } from 'vitest'
import { cdp } from 'vitest/browser'
import { indexedDB } from '../../runtime-ts/src/storage/indexed-db.ts'
import { indexedDbSuite } from './indexed-db-suite.ts'
import { newName } from './names.ts'
import { bytes, codeOf, commit, contents, epoch, errorOf, noise, own, readAll, version } from './place.ts'
import { watchTransactions } from './transactions.ts'

indexedDbSuite({ splits: true })

/** The protocol of the browser itself. */
const protocol = cdp() as unknown as { send(method: string, params: object): Promise<unknown> }

afterEach(() => {
  vi.restoreAllMocks()
})

describe('a full disk', () => {
  for (const { what, value_bytes_max } of [
    { what: 'one value', value_bytes_max: 10_000_000 },
    { what: 'many values', value_bytes_max: 60_000 },
  ]) {
    for (const commit_bytes of [900_000, 1_100_000, 5_000_000]) {
      it(`is \`quota\` for a commit of ${commit_bytes} bytes in ${what}, after which the store is as it was`, async () => {
        const { origin } = location
        // The browser remembers for a while how much room there was; it forgets with the data.
        await protocol.send('Storage.clearDataForOrigin', { origin, storageTypes: 'indexeddb' })
        await protocol.send('Storage.overrideQuotaForOrigin', { origin, quotaSize: 1_000_000 })
        const name = newName()
        try {
          const owner = await own(indexedDB(name, { value_bytes_max }), 1)
          await owner.commit(commit(1, noise(150_000)))
          const error = await errorOf(() => owner.commit(commit(2, noise(commit_bytes))))
          expect(error).toMatchObject({ code: 'quota', retryable: true })
          expect((await readAll(await indexedDB(name).open())).length).toBe(1)
        } finally {
          await protocol.send('Storage.overrideQuotaForOrigin', { origin })
        }
        const next = await own(indexedDB(name), 2)
        await next.commit(commit(2))
        expect((await contents(indexedDB(name))).at(-1)).toBe('2:v2')
      })
    }
  }
})

describe('data that the browser throws away', () => {
  it('is an error, not a new store under the old owner', async () => {
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
