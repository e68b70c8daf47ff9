/** A visit to the platform fixture, in a context of its own: what its page has come to, and what the console was told. */
import type { Browser, BrowserContext, Frame, Page } from 'playwright-core'
import type {} from './platform-fixture/page.ts'

export interface Visit {
  readonly page: Page
  readonly context: BrowserContext
  /** What the console was told, by page and workers. */
  readonly said: string[]
  close(): Promise<void>
}

export async function openVisit(browser: Browser): Promise<Visit> {
  return visitIn(await browser.newContext())
}

export async function visitIn(context: BrowserContext): Promise<Visit> {
  const page = await context.newPage()
  const said: string[] = []
  context.on('console', (message) => said.push(message.text()))
  return { page, context, said, close: () => context.close() }
}

/** Goes there, and waits until the fixture has a tab, or has none. */
export async function go({ page }: Visit, address: string): Promise<void> {
  await page.goto(address)
  await settled(page)
}

/** @returns why there is no tab; `undefined`: there is one */
export async function settled(frame: Page | Frame) {
  await frame.waitForFunction(
    () => globalThis.platform !== undefined || globalThis.platformFailure !== undefined,
    undefined,
    { timeout: 40_000 },
  )
  return frame.evaluate(() => globalThis.platformFailure)
}
