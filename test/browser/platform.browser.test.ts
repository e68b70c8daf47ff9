/** A real Chromium that refuses what a tab needs, for good, for now and by policy; and what the page is told of it. */
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Browser, chromium } from 'playwright-core'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { type PlatformServer, servePlatformFixture } from './platform-server.ts'
import { go, openVisit, settled, type Visit, visitIn } from './platform-visit.ts'

const executablePath = process.env.CHROMIUM ?? '/usr/bin/chromium'
const args = ['--no-sandbox', '--disable-gpu', '--host-resolver-rules=MAP *.test 127.0.0.1']
let server: PlatformServer
let browser: Browser
let visits: Visit[] = []

beforeAll(async () => {
  server = await servePlatformFixture()
  browser = await chromium.launch({ executablePath, args })
}, 60_000)
afterAll(async () => {
  await browser?.close()
  await server?.close()
})
afterEach(async () => {
  await Promise.all(visits.map((visit) => visit.close()))
  visits = []
})

async function visit(query: string, origin = server.origin('as it is')): Promise<Visit> {
  const visit = await openVisit(browser)
  visits.push(visit)
  await go(visit, `${origin.address}?${query}`)
  return visit
}

const failureOf = ({ page }: Visit) => page.evaluate(() => globalThis.platformFailure)
const statusOf = ({ page }: Visit) =>
  page.evaluate(() => {
    const { role, durability, reason, last_error, fallback } = globalThis.platform?.tab.status ?? {}
    return { role, durability, reason: reason?.code, fallback: fallback?.code, last_error: last_error?.message }
  })
const add = ({ page }: Visit) => page.evaluate(() => globalThis.platform?.add())

/** What is missing, as the worker's name, what was expected, and how long it lasts. */
const missing: readonly (readonly [string, string, string])[] = [
  ['no IndexedDB', 'IndexedDB', 'for good'],
  ['no Web Locks', 'Web Locks', 'for good'],
  ['no BroadcastChannel', 'BroadcastChannel', 'for good'],
  ['IndexedDB that throws', 'IndexedDB', 'by policy'],
]

describe('a platform that refuses', { timeout: 60_000 }, () => {
  test.each(missing)(
    '%s: openTab rejects at once, and says for how long and what to do',
    async (worker, expected, lasts) => {
      const failure = await failureOf(await visit(`worker=${worker}`))
      expect(failure).toMatchObject({ code: 'unsupported', facts: { expected, lasts, do: expect.any(String) } })
    },
  )

  test.each(missing)('%s: with fallback the page goes on in memory, and says so', async (worker) => {
    const visited = await visit(`worker=${worker}&fallback`)
    expect(await failureOf(visited)).toBeUndefined()
    expect(await add(visited)).toBe(1)
    expect(await statusOf(visited)).toEqual({ role: 'leader', durability: 'memory', fallback: 'unsupported' })
  })

  test('an address that is not secure: openTab says so, and what to do', async () => {
    const failure = await failureOf(await visit('', server.origin('as it is', false)))
    expect(failure).toMatchObject({
      code: 'unsupported',
      facts: { got: 'an address that is not secure', do: expect.stringContaining('https') },
    })
  })

  test('an address that is not secure: with fallback the page goes on in memory', async () => {
    const visited = await visit('fallback', server.origin('as it is', false))
    expect(await failureOf(visited)).toBeUndefined()
    expect(await add(visited)).toBe(1)
    expect(await statusOf(visited)).toMatchObject({ durability: 'memory', fallback: 'unsupported' })
  })

  test('a sandboxed frame: openTab rejects with an error of ours', async () => {
    const visited = await openVisit(browser)
    visits.push(visited)
    await visited.page.goto(`${server.origin('as it is').address}frame.html`)
    const frame = visited.page.frames().find((frame) => frame !== visited.page.mainFrame())
    if (frame === undefined) throw new Error('the page shows no frame')
    expect(await settled(frame)).toMatchObject({
      code: 'unsupported',
      facts: { lasts: 'by policy', do: expect.stringContaining('allow-same-origin') },
    })
  })

  test('a person who blocks site data: openTab rejects', async () => {
    const profile = await mkdtemp(join(tmpdir(), 'darq-blocked-'))
    await mkdir(join(profile, 'Default'))
    const preferences = { profile: { default_content_setting_values: { cookies: 2 } } }
    await writeFile(join(profile, 'Default', 'Preferences'), JSON.stringify(preferences))
    const visited = await visitIn(await chromium.launchPersistentContext(profile, { executablePath, args }))
    await go(visited, server.origin('as it is').address)
    const failure = await failureOf(visited)
    await visited.close()
    await rm(profile, { recursive: true, force: true, maxRetries: 5 })
    expect(failure).toMatchObject({ code: 'unsupported', facts: { lasts: 'by policy' } })
  })
})

describe('a platform that refuses for now', { timeout: 60_000 }, () => {
  /** A visit to an origin that may store next to nothing. */
  async function withoutRoom(query: string): Promise<Visit> {
    const { address } = server.origin('as it is')
    const visited = await openVisit(browser)
    visits.push(visited)
    const session = await visited.context.newCDPSession(visited.page)
    await session.send('Storage.overrideQuotaForOrigin', { origin: new URL(address).origin, quotaSize: 1_000 })
    await go(visited, `${address}?${query}`)
    return visited
  }

  test('no room at the first opening: openTab rejects with that when its time is over', async () => {
    expect(await failureOf(await withoutRoom('timeout=1500'))).toMatchObject({ code: 'quota' })
  })

  test('no room at the first opening: with fallback the page goes on in memory then', async () => {
    const visited = await withoutRoom('timeout=1500&fallback')
    expect(await add(visited)).toBe(1)
    expect(await statusOf(visited)).toEqual({ role: 'leader', durability: 'memory', fallback: 'quota' })
  })

  test('a store that never opens: openTab rejects when its time is over', async () => {
    expect(await failureOf(await visit('worker=a store that never opens&timeout=500'))).toMatchObject({
      code: 'timeout',
      facts: { timeout_ms: 500 },
    })
  })

  test('a store that never opens: openTab rejects when its signal aborts', async () => {
    expect(await failureOf(await visit('worker=a store that never opens&abort'))).toMatchObject({ code: 'cancelled' })
  })
})

describe('what nobody waits for', { timeout: 60_000 }, () => {
  test('a handler that throws is seen on the console and in the status, without any option', async () => {
    const visited = await visit('')
    await visited.page.evaluate(() => globalThis.platform?.fail('broken on purpose'))
    await visited.page.waitForFunction(() => globalThis.platform?.tab.status.last_error !== undefined)
    expect((await statusOf(visited)).last_error).toContain('broken on purpose')
    expect(visited.said.filter((line) => line.includes('broken on purpose') && line.includes('counter/a'))).not.toEqual(
      [],
    )
  })

  test('what waits for an edge that is down is counted by destination', async () => {
    const visited = await visit('')
    await visited.page.evaluate(() => [1, 2, 3].map((n) => globalThis.platform?.tell(n)))
    await visited.page.waitForFunction(() => globalThis.platform?.tab.status.backlog.elsewhere === 3)
    expect(await visited.page.evaluate(() => globalThis.platform?.tab.status.backlog)).toEqual({ elsewhere: 3 })
  })

  test('a worker whose script is gone after a deployment is told as such, and its page goes on when it is back', async () => {
    const origin = server.origin('as it is')
    const visited = await visit('', origin)
    origin.answer = 'without workers'
    await visited.page.evaluate(() => globalThis.platform?.killWorker())
    await visited.page.waitForFunction(() => globalThis.platform?.tab.status.reason?.code === 'version_gone')
    origin.answer = 'as it is'
    expect(await add(visited)).toBe(1)
    expect((await statusOf(visited)).reason).toBeUndefined()
  })

  test('storage that stays is asked for at the first message, not before', async () => {
    const visited = await openVisit(browser)
    visits.push(visited)
    await visited.page.addInitScript(() => {
      Object.defineProperty(StorageManager.prototype, 'persist', {
        async value() {
          document.title += ' asked'
          return true
        },
      })
    })
    await go(visited, server.origin('as it is').address)
    await visited.page.waitForFunction(() => globalThis.platform?.tab.status.quota_bytes !== undefined)
    const before = await visited.page.title()
    await add(visited)
    await add(visited)
    await visited.page.waitForFunction(() => globalThis.platform?.tab.status.persisted)
    expect(before).not.toContain('asked')
    expect(await visited.page.title()).toBe(`${before} asked`)
  })

  test('what the origin uses is looked at again after a message', async () => {
    const visited = await visit('')
    await visited.page.waitForFunction(() => globalThis.platform?.tab.status.usage_bytes !== undefined)
    const before = await visited.page.evaluate(() => globalThis.platform?.tab.status.usage_bytes)
    await visited.page.evaluate(
      () =>
        new Promise<void>((resolve) => {
          const noise = new Uint8Array(3_000_000)
          for (let at = 0; at < noise.length; at += 60_000) crypto.getRandomValues(noise.subarray(at, at + 60_000))
          const opening = indexedDB.open('other')
          opening.onupgradeneeded = () => opening.result.createObjectStore('s').put(noise, 1)
          opening.onsuccess = () => resolve()
        }),
    )
    await add(visited)
    await visited.page.waitForFunction(
      (before) => (globalThis.platform?.tab.status.usage_bytes ?? 0) > before + 2_000_000,
      before ?? 0,
    )
  })
})
