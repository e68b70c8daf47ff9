/**
 * A real Chromium with a profile of its own, on a real disk.
 *
 * @module
 */
import { chromium, type Page } from 'playwright-core'

export interface Chromium {
  newPage(): Promise<Page>
  /** Ends the page's process, as when it has run out of memory. */
  crash(page: Page): Promise<void>
  /** Errors that no page has caught. */
  readonly uncaught: readonly string[]
  close(): Promise<void>
}

/** @param profile a folder, made if it is not there */
export async function openChromium(profile: string): Promise<Chromium> {
  const context = await chromium.launchPersistentContext(profile, {
    executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  })
  const uncaught: string[] = []
  context.on('weberror', (error) => uncaught.push(String(error.error())))
  return {
    newPage: () => context.newPage(),
    async crash(page) {
      const crashed = page.waitForEvent('crash')
      const session = await context.newCDPSession(page)
      // Never answered: there is nobody left to answer.
      void session.send('Page.crash').catch(() => undefined)
      await crashed
    },
    uncaught,
    close: () => context.close(),
  }
}
