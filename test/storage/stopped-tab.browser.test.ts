/** A tab whose process is stopped, as a phone or a laptop lid does it: the others must not wait for it, nor believe it later. */
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { openBrowser, type TestBrowser } from '../browser/browser-context.ts'
import type {} from './fixture/page.ts'
import { type StoppedTabServer, serveStoppedTab } from './stopped-tab-server.ts'

let server: StoppedTabServer
let browser: TestBrowser
let address: string
let tests = 0

beforeAll(async () => {
  server = await serveStoppedTab()
  browser = await openBrowser()
}, 60_000)
afterAll(async () => {
  await browser?.close()
  await server?.close()
})
beforeEach(() => {
  tests += 1
  address = server.address(`test${tests}`)
})
afterEach(() => browser.closeTabs())

/** A tab that was blocked would stay so until this is over. */
const timeout = 40_000

describe('a tab that is stopped', { timeout }, () => {
  it('in the middle of a commit keeps nobody from claiming and committing, and is fenced when it goes on', async () => {
    const stopped = await browser.openTab(address)
    await stopped.page.evaluate(() => shelf.claim(1))
    await stopped.page.evaluate(() => shelf.commit())
    const other = await browser.openTab(address)

    await stopped.page.evaluate(() => shelf.standStillInCommit())
    const committing = stopped.page.evaluate(() => shelf.commitOn())
    const goOn = await server.stoodStill()
    stopped.signal('SIGSTOP')
    try {
      // The commit was handed to the browser whole, so it counts.
      expect(await other.page.evaluate(() => shelf.claim(2))).toEqual(['1', '2'])
      await other.page.evaluate(() => shelf.commit())
    } finally {
      stopped.signal('SIGCONT')
      goOn()
    }
    expect(await committing).toEqual({ code: 'fenced', commits: 1 })
    expect(await other.page.evaluate(() => shelf.claim(3))).toEqual(['1', '2', '3'])
  })

  it('between any two tasks under load keeps nobody waiting, again and again, and each is fenced by the next', async () => {
    let [writing, waiting] = [await browser.openTab(address), await browser.openTab(address)]
    await writing.page.evaluate(() => shelf.claim(1))
    for (let epoch = 2; epoch <= 13; epoch++) {
      const committing = writing.page.evaluate(() => shelf.commitOn())
      const standing = writing.page.evaluate(() => shelf.standStill())
      const goOn = await server.stoodStill()
      writing.signal('SIGSTOP')
      try {
        await waiting.page.evaluate((epoch) => shelf.claim(epoch), epoch)
        await waiting.page.evaluate(() => shelf.commit())
      } finally {
        writing.signal('SIGCONT')
        goOn()
      }
      await standing
      expect((await committing).code).toBe('fenced')
      ;[writing, waiting] = [waiting, writing]
    }
  })
})
