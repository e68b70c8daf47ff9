/** A real Firefox, in a private window and in another: what its storage is said to offer. */
import { firefox } from 'playwright'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { findFirefox } from '../../scripts/browsers/firefox.ts'
import { type PlatformServer, servePlatformFixture } from './platform-server.ts'
import { go, openVisit } from './platform-visit.ts'

const executablePath = findFirefox()
let server: PlatformServer

beforeAll(async () => {
  server = await servePlatformFixture()
}, 60_000)
afterAll(() => server?.close())

describe.skipIf(executablePath === undefined)('what is durable in Firefox', { timeout: 60_000 }, () => {
  test.each([
    [true, 'best-effort'],
    [false, 'strict'],
  ])('with private windows %s is %s', async (isPrivate, durability) => {
    const browser = await firefox.launch({
      channel: 'moz-firefox',
      executablePath: executablePath ?? '',
      firefoxUserPrefs: { 'browser.privatebrowsing.autostart': isPrivate },
    })
    const visit = await openVisit(browser)
    await go(visit, server.origin('as it is').address)
    const seen = await visit.page.evaluate(async () => {
      const total = await globalThis.platform?.add()
      return { total, durability: globalThis.platform?.tab.status.durability }
    })
    await browser.close()
    expect(seen).toEqual({ total: 1, durability })
  })
})
