/** Real tabs of a real Chromium, and what happens to them. */
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { openBrowser, type TabUnderTest, type TestBrowser } from './browser-context.ts'
import { type FixtureServer, serveFixture } from './fixture-server.ts'

let server: FixtureServer
let browser: TestBrowser
/** The origin of the test that runs. */
let address: string
let origins = 0

beforeAll(async () => {
  server = await serveFixture()
  browser = await openBrowser()
}, 60_000)
afterAll(async () => {
  await browser?.close()
  await server?.close()
})
beforeEach(takeNewOrigin)
afterEach(async () => {
  await browser.closeTabs()
  expect(browser.uncaught()).toEqual([])
})

const openTab = (query = '') => browser.openTab(`${address}${query}`)
const enough = 300

function takeNewOrigin(): void {
  origins += 1
  address = server.address(`test${origins}`)
}

/**
 * Tries something with a page that comes back, from the start if the browser has not kept it: now and then, on a busy
 * machine, Chromium drops a page for reasons of its own ("JavaScriptExecution").
 */
async function untilKept(attempt: () => Promise<'kept' | 'dropped'>): Promise<void> {
  for (let attempts = 0; attempts < 5; attempts += 1) {
    takeNewOrigin()
    if ((await attempt()) === 'kept') return
  }
  throw new Error('the browser never kept the page')
}

/** Goes back to the tab's page, which it has left. */
async function comeBack({ page }: TabUnderTest): Promise<'kept' | 'dropped'> {
  await page.goBack({ waitUntil: 'commit' })
  await page.waitForFunction(() => 'fixture' in globalThis && fixture.cameBack !== undefined)
  return page.evaluate(() => fixture.cameBack ?? 'dropped')
}

/** Sends under load until so many more are committed. */
async function committedSome(tab: TabUnderTest, more = enough): Promise<void> {
  const before = await tab.page.evaluate(() => fixture.committed)
  await tab.page.waitForFunction((count) => fixture.committed >= count, before + more, {
    timeout: 20_000,
  })
}

describe('one tab', { timeout: 60_000 }, () => {
  it('hosts under a strict content security policy, and says what its storage offers', async () => {
    const tab = await openTab()
    expect(await tab.page.evaluate(() => fixture.add('a', 100))).toEqual({ duplicates: 0, durability: 'strict' })
    expect(await tab.page.evaluate(() => fixture.total('a'))).toBe(100)
    expect(await tab.page.evaluate(() => fixture.tab.status)).toMatchObject({
      role: 'leader',
      durability: 'strict',
      online: true,
      persisted: expect.any(Boolean),
      usage_bytes: expect.any(Number),
    })
  })

  it('goes on where it was when its page is loaded anew', async () => {
    const tab = await openTab()
    await tab.page.evaluate(() => fixture.add('a', 50))
    await tab.close()
    const again = await openTab()
    await again.page.evaluate(() => fixture.add('a', 50))
    expect(await again.page.evaluate(() => fixture.total('a'))).toBe(100)
  })

  it('replaces a worker that is terminated under load, and loses and repeats nothing', async () => {
    const tab = await openTab()
    await tab.page.evaluate(() => fixture.start('a'))
    for (let kill = 0; kill < 4; kill += 1) {
      await committedSome(tab)
      await tab.page.evaluate(() => fixture.killWorker())
    }
    await committedSome(tab)
    const sent = await tab.page.evaluate(() => fixture.stop())
    expect(await tab.page.evaluate(() => fixture.total('a'))).toBe(sent)
    expect(await tab.page.evaluate(() => fixture.workersStarted)).toBe(5)
  })

  it('replaces a worker that hangs while something is wanted of it', async () => {
    const tab = await openTab()
    await tab.page.evaluate(() => fixture.start('a'))
    await committedSome(tab)
    await tab.page.evaluate(() => fixture.hangWorker())
    await tab.page.waitForFunction(() => fixture.workersStarted === 2, undefined, { timeout: 20_000 })
    await committedSome(tab)
    const sent = await tab.page.evaluate(() => fixture.stop())
    expect(await tab.page.evaluate(() => fixture.total('a'))).toBe(sent)
  })

  it('rejects what is pending, so that it can be tried again, when its only worker is gone', async () => {
    const tab = await openTab('?worker=one')
    await tab.page.evaluate(() => fixture.add('a', 1))
    expect(await tab.page.evaluate(() => fixture.sendAndKill())).toEqual({ code: 'closed', retryable: true })
  })

  it('is not opened when the script of its worker is missing', async () => {
    await expect(openTab('?worker=missing')).rejects.toThrow('unavailable')
  })

  it('is not opened when its storage was written by newer code', async () => {
    await expect(openTab('?worker=older')).rejects.toThrow('newer_format')
  })

  it('says when the network goes and comes', async () => {
    const tab = await openTab()
    await tab.page.context().setOffline(true)
    await tab.page.waitForFunction(() => !fixture.tab.status.online)
    await tab.page.context().setOffline(false)
    await tab.page.waitForFunction(() => fixture.tab.status.online)
  })

  it('comes back from the back/forward cache and goes on', () =>
    untilKept(async () => {
      const tab = await openTab()
      await tab.page.evaluate(() => fixture.start('a'))
      await committedSome(tab)
      await tab.page.goto(`${address}elsewhere.html`)
      if ((await comeBack(tab)) === 'dropped') return 'dropped'
      await committedSome(tab)
      const sent = await tab.page.evaluate(() => fixture.stop())
      expect(await tab.page.evaluate(() => fixture.total('a'))).toBe(sent)
      expect(await tab.page.evaluate(() => fixture.workersStarted)).toBe(1)
      return 'kept'
    }))
})

describe('two tabs', { timeout: 90_000 }, () => {
  async function openTwo() {
    const leader = await openTab()
    const follower = await openTab()
    expect(await leader.page.evaluate(() => fixture.tab.status.role)).toBe('leader')
    expect(await follower.page.evaluate(() => fixture.tab.status.role)).toBe('follower')
    return { leader, follower }
  }

  async function expectExactlyOnce(tab: TabUnderTest, key: string): Promise<void> {
    const sent = await tab.page.evaluate(() => fixture.stop())
    expect(await tab.page.evaluate((key) => fixture.total(key), key)).toBe(sent)
  }

  it('send to one host, each message once', async () => {
    const { leader, follower } = await openTwo()
    await Promise.all([leader, follower].map((tab) => tab.page.evaluate(() => fixture.add('both', 500))))
    for (const tab of [leader, follower]) expect(await tab.page.evaluate(() => fixture.total('both'))).toBe(1_000)
  })

  it.each<[string, (leader: TabUnderTest) => Promise<void>]>([
    ['is closed', (leader) => leader.close()],
    ['crashes', (leader) => leader.crash()],
  ])('lose and repeat nothing when the leader %s', async (_what, end) => {
    const { leader, follower } = await openTwo()
    await follower.page.evaluate(() => fixture.start('follower'))
    await leader.page.evaluate(() => fixture.start('leader'))
    await leader.page.evaluate(() => fixture.add('before', 200))
    await Promise.all([committedSome(leader), committedSome(follower)])
    const committed = await leader.page.evaluate(() => fixture.committed)
    await end(leader)
    await follower.page.waitForFunction(() => fixture.tab.status.role === 'leader')
    await committedSome(follower)
    await expectExactlyOnce(follower, 'follower')
    // What the leader's page knew to be committed is there; what it had sent beyond that may be.
    expect(await follower.page.evaluate(() => fixture.total('before'))).toBe(200)
    expect(await follower.page.evaluate(() => fixture.total('leader'))).toBeGreaterThanOrEqual(committed)
  })

  /**
   * A browser freezes a tab between two tasks. A signal may stop it in the middle of one, with a transaction open that nobody
   * can end; then it goes on, and is stopped another time.
   */
  async function stopBetweenTasks(leader: TabUnderTest, follower: TabUnderTest): Promise<number> {
    for (;;) {
      const stopped_ms = performance.now()
      leader.signal('SIGSTOP')
      if (await follower.page.evaluate(() => fixture.storeIsFree())) return stopped_ms
      leader.signal('SIGCONT')
    }
  }

  it('replace a leader that is stopped; when it goes on it follows, and its messages count once', async () => {
    const { leader, follower } = await openTwo()
    await follower.page.evaluate(() => fixture.start('follower'))
    await leader.page.evaluate(() => fixture.start('leader'))
    await Promise.all([committedSome(leader), committedSome(follower)])
    const stopped_ms = await stopBetweenTasks(leader, follower)
    try {
      await follower.page.waitForFunction(() => fixture.tab.status.role === 'leader')
      // Three seconds of silence, and the time to open the host on a busy machine.
      expect(performance.now() - stopped_ms).toBeLessThan(8_000)
      await committedSome(follower)
    } finally {
      leader.signal('SIGCONT')
    }
    await leader.page.waitForFunction(() => fixture.tab.status.role === 'follower')
    await Promise.all([committedSome(leader), committedSome(follower)])
    await expectExactlyOnce(leader, 'leader')
    await expectExactlyOnce(follower, 'follower')
    // Nobody has taken anything back.
    expect(await follower.page.evaluate(() => fixture.tab.status.role)).toBe('leader')
    expect(await leader.page.evaluate(() => fixture.tab.status.role)).toBe('follower')
  })

  it('change places when the leader goes into the back/forward cache, and go on when it comes back', () =>
    untilKept(async () => {
      const { leader, follower } = await openTwo()
      await leader.page.evaluate(() => fixture.start('leader'))
      await committedSome(leader)
      await leader.page.goto(`${address}elsewhere.html`)
      await follower.page.waitForFunction(() => fixture.tab.status.role === 'leader')
      if ((await comeBack(leader)) === 'dropped') return 'dropped'
      await committedSome(leader)
      await expectExactlyOnce(leader, 'leader')
      expect(await leader.page.evaluate(() => fixture.tab.status.role)).toBe('follower')
      return 'kept'
    }))
})

describe('a page that the browser freezes', { timeout: 60_000 }, () => {
  it('gives the lead away before, and follows when it goes on', async () => {
    const leader = await openTab()
    const follower = await openTab()
    // Nothing that a test can ask of the browser freezes a page for real; it would say so with this event.
    await leader.page.evaluate(() => document.dispatchEvent(new Event('freeze')))
    await follower.page.waitForFunction(() => fixture.tab.status.role === 'leader')
    await leader.page.evaluate(() => document.dispatchEvent(new Event('resume')))
    await leader.page.evaluate(() => fixture.add('a', 10))
    expect(await leader.page.evaluate(() => fixture.tab.status.role)).toBe('follower')
    expect(await follower.page.evaluate(() => fixture.total('a'))).toBe(10)
  })
})

describe('what the page downloads', () => {
  it('is a client, not the engine', () => {
    expect(server.page_bytes).toBeGreaterThan(0)
    expect(server.page_bytes).toBeLessThan(18_000)
  })
})
