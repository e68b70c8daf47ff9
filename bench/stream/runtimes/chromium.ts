/**
 * Chromium, headless, with a profile on this machine's disk: a worker for each round.
 *
 * @module
 */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type BrowserContext, chromium, type Page } from 'playwright-core'
import { findChromium } from '../../../scripts/chromium.ts'
import { chromiumArguments } from '../../core/runtimes/browser.ts'
import { type PageServer, servePage } from '../../core/runtimes/page-server.ts'
import { Missing } from '../../core/runtimes/runtime.ts'
import type { OpenRuntime } from './runtime.ts'

export const openChromium: OpenRuntime = async (say) => {
  const executablePath = findChromium()
  if (executablePath === undefined) throw new Missing('no Chromium on PATH, and CHROMIUM names none')
  const profile = await mkdtemp(join(tmpdir(), 'darq-bench-profile-'))
  let server: PageServer | undefined
  let context: BrowserContext | undefined
  const close = async (): Promise<void> => {
    await context?.close()
    await server?.close()
    await rm(profile, { recursive: true, force: true })
  }
  try {
    server = await servePage(join(import.meta.dirname, '..', 'page'))
    // A context without a profile would keep IndexedDB in memory.
    context = await chromium.launchPersistentContext(profile, { executablePath, args: chromiumArguments })
    const page: Page = await context.newPage()
    page.on('console', (message) => say(message.text()))
    await page.goto(server.url)
    await page.waitForFunction(() => 'askStream' in globalThis)
    return {
      name: 'chromium',
      version: `Chromium ${context.browser()?.version() ?? ''}, IndexedDB, strict`,
      ask: (ask) => page.evaluate((question) => globalThis.askStream(question), ask),
      close,
    }
  } catch (error) {
    await close()
    throw error
  }
}
