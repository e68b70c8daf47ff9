import { describe, expect, it } from 'vitest'
import { indexedDB } from '../../runtime-ts/src/storage/indexed-db.ts'
import { indexedDbSuite } from './indexed-db-suite.ts'
import { newName } from './names.ts'
import { commit, contents, errorOf, noise, own, version } from './place.ts'

indexedDbSuite({ splits: false })

describe('a full disk', () => {
  it('is `quota`, after which the store is as it was, what the commit would have deleted included', async () => {
    const name = newName()
    const owner = await own(indexedDB(name), 1)
    for (let at = 1; at <= 70; at++) await owner.commit(commit(at))
    // The test configuration gives an origin 50 MB.
    const error = await errorOf(() => owner.commit(commit(71, noise(60_000_000), { keepFrom: version(71) })))
    expect(error).toMatchObject({ code: 'quota', retryable: true })
    expect((await contents(indexedDB(name))).length).toBe(70)
    const next = await own(indexedDB(name), 2)
    await next.commit(commit(71))
    expect((await contents(indexedDB(name))).at(-1)).toBe('71:v71')
  })
})
