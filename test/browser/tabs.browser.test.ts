/** Real tabs of a real Chromium, and what happens to them. */
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { openBrowser, type TabUnderTest, type TestBrowser } from './browser-context.ts'
import { type FixtureServer, serveFixture } from './fixture-server.ts'

let server: FixtureServer
let browser: TestBrowser

beforeAll(async () => {
  server = await serveFixture()
}, 60_000)
afterAll(() => server?.close())
beforeEach(async () => {
  browser = await openBrowser()
}, 30_000)
afterEach(() => browser?.close())

const openTab = (query = '') => browser.openTab(`${server.address}${query}`)
const enough = 300

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

  it('says when the network goes and comes', async () => {
    const tab = await openTab()
    await tab.page.context().setOffline(true)
    await tab.page.waitForFunction(() => !fixture.tab.status.online)
    await tab.page.context().setOffline(false)
    await tab.page.waitForFunction(() => fixture.tab.status.online)
  })

  it('comes back from the back/forward cache and goes on', async () => {
    const tab = await openTab()
    await tab.page.evaluate(() => fixture.start('a'))
    await committedSome(tab)
    await tab.page.goto(`${server.address}elsewhere.html`)
    await tab.page.goBack({ waitUntil: 'commit' })
    await tab.page.waitForFunction(() => fixture.cameBack === 'kept')
    await committedSome(tab)
    const sent = await tab.page.evaluate(() => fixture.stop())
    expect(await tab.page.evaluate(() => fixture.total('a'))).toBe(sent)
    expect(await tab.page.evaluate(() => fixture.workersStarted)).toBe(1)
  })
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
    await Promise.all([committedSome(leader), committedSome(follower)])
    const { sent, committed } = await leader.page.evaluate(() => ({ sent: fixture.sent, committed: fixture.committed }))
    await end(leader)
    await follower.page.waitForFunction(() => fixture.tab.status.role === 'leader')
    await committedSome(follower)
    await expectExactlyOnce(follower, 'follower')
    const total = await follower.page.evaluate(() => fixture.total('leader'))
    expect(total).toBeGreaterThanOrEqual(committed)
    // Between the question and its end the leader may have sent a few more.
    expect(total).toBeLessThanOrEqual(sent + enough * 10)
  })

  it('replace a leader that is stopped; when it goes on it follows, and its messages count once', async () => {
    const { leader, follower } = await openTwo()
    await follower.page.evaluate(() => fixture.start('follower'))
    await leader.page.evaluate(() => fixture.start('leader'))
    await Promise.all([committedSome(leader), committedSome(follower)])
    const stopped_ms = performance.now()
    leader.signal('SIGSTOP')
    try {
      await follower.page.waitForFunction(() => fixture.tab.status.role === 'leader')
      // Five questions, the random wait, and the time to open the host, on a busy machine.
      expect(performance.now() - stopped_ms).toBeLessThan(6_000)
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

  it('change places when the leader goes into the back/forward cache, and go on when it comes back', async () => {
    const { leader, follower } = await openTwo()
    await leader.page.evaluate(() => fixture.start('leader'))
    await committedSome(leader)
    await leader.page.goto(`${server.address}elsewhere.html`)
    await follower.page.waitForFunction(() => fixture.tab.status.role === 'leader')
    await leader.page.goBack({ waitUntil: 'commit' })
    await leader.page.waitForFunction(() => fixture.cameBack === 'kept')
    await committedSome(leader)
    await expectExactlyOnce(leader, 'leader')
    expect(await leader.page.evaluate(() => fixture.tab.status.role)).toBe('follower')
  })
})

describe('what the page downloads', () => {
  it('is a client, not the engine', () => {
    expect(server.page_bytes).toBeGreaterThan(0)
    expect(server.page_bytes).toBeLessThan(16_000)
  })
})
