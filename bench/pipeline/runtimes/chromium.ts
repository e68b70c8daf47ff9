/**
 * Chromium, headless, with a profile on this machine's disk: a worker for each contender, over a database of its own.
 *
 * @module
 */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type BrowserContext, chromium } from 'playwright-core'
import { findChromium } from '../../../scripts/chromium.ts'
import { chromiumArguments } from '../../core/runtimes/browser.ts'
import { type PageServer, servePage } from '../../core/runtimes/page-server.ts'
import { Missing } from '../../core/runtimes/runtime.ts'
import { type ContenderName, contenderNames } from '../contenders/contender.ts'
import { drive } from '../driver.ts'
import { driveFlat } from '../flat/drive.ts'
import { remoteStage } from '../remote-stage.ts'
import type { Stage } from '../stage.ts'
import type { RunIn } from './runtime.ts'

export const runInChromium: RunIn = async (plan, say) => {
  const executablePath = findChromium()
  if (executablePath === undefined) throw new Missing('no Chromium on PATH, and CHROMIUM names none')
  const profile = await mkdtemp(join(tmpdir(), 'darq-bench-profile-'))
  let server: PageServer | undefined
  let context: BrowserContext | undefined
  try {
    server = await servePage(join(import.meta.dirname, '..', 'page'))
    // A context without a profile would keep IndexedDB in memory.
    context = await chromium.launchPersistentContext(profile, { executablePath, args: chromiumArguments })
    const page = await context.newPage()
    page.on('console', (message) => say(message.text()))
    await page.goto(server.url)
    await page.waitForFunction(() => 'askGround' in globalThis)
    const stages = new Map<ContenderName, Stage>()
    for (const name of contenderNames) {
      const stage = remoteStage((ask) =>
        page.evaluate(([contender, question]) => globalThis.askStage(contender, question), [name, ask] as const),
      )
      stages.set(name, stage)
    }
    const rows = await drive('chromium', stages, plan, say)
    const flat = await driveFlat(
      'chromium',
      (ask) => page.evaluate((question) => globalThis.askGround(question), ask),
      plan,
      say,
    )
    const version = `Chromium ${context.browser()?.version() ?? ''}, IndexedDB, strict`
    return { name: 'chromium', version, rows: [...rows, ...flat] }
  } finally {
    await context?.close()
    await server?.close()
    await rm(profile, { recursive: true, force: true })
  }
}
