/** A real Chromium with a profile of its own, and what happens to its tabs. */
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type BrowserContext, chromium, type Page } from 'playwright-core'
import type {} from './fixture/page.ts'

export interface TabUnderTest {
  readonly page: Page
  /** Kills the tab's process, as a crash does. */
  crash(): Promise<void>
  /** Stops the tab's process, worker included, where it stands; `cont` lets it go on. */
  signal(name: 'SIGSTOP' | 'SIGCONT'): void
  close(): Promise<void>
}

export interface TestBrowser {
  openTab(address: string): Promise<TabUnderTest>
  closeTabs(): Promise<void>
  /** What was thrown in pages and workers and not caught, since it was asked last. */
  uncaught(): readonly string[]
  close(): Promise<void>
}

export async function openBrowser(): Promise<TestBrowser> {
  const profile = await mkdtemp(join(tmpdir(), 'darq-profile-'))
  const context = await chromium.launchPersistentContext(profile, {
    executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
    // Playwright turns the back/forward cache off.
    ignoreDefaultArgs: ['--disable-back-forward-cache'],
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
      // Else a process that waits for the next page looks like this one's.
      '--disable-features=SpareRendererForSitePerProcess',
    ],
  })
  const errors: string[] = []
  context.on('weberror', (error) => errors.push(String(error.error())))
  return {
    openTab: (address) => openTab(context, profile, address),
    uncaught: () => errors.splice(0),
    async closeTabs() {
      // The first page stays: without any the browser would end.
      await Promise.all(
        context
          .pages()
          .slice(1)
          .map((page) => page.close()),
      )
    },
    async close() {
      await context.close()
      await rm(profile, { recursive: true, force: true, maxRetries: 5 })
    },
  }
}

async function openTab(context: BrowserContext, profile: string, address: string): Promise<TabUnderTest> {
  const before = await renderers(profile)
  const page = await context.newPage()
  await page.goto(address)
  await page.waitForFunction(() => 'fixture' in globalThis || 'failure' in globalThis)
  const failure = await page.evaluate(() => globalThis.failure)
  if (failure !== undefined) throw new Error(`the page could not open its tab: ${failure}`)
  const own = (await renderers(profile)).filter((pid) => !before.includes(pid))

  return {
    page,
    async crash() {
      const session = await context.newCDPSession(page)
      const crashed = page.waitForEvent('crash')
      // It never answers: there is nobody left to.
      session.send('Page.crash').catch(() => {})
      await crashed
    },
    signal(name) {
      if (own.length === 0) throw new Error('the tab shares its process with another')
      for (const pid of own) process.kill(pid, name)
    },
    close: () => page.close(),
  }
}

/** The processes of that profile's browser that run pages: Linux tells by `/proc`. */
async function renderers(profile: string): Promise<readonly number[]> {
  const processes = new Map<number, { readonly parent: number; readonly command: string }>()
  for (const name of await readdir('/proc')) {
    const pid = Number(name)
    if (Number.isNaN(pid)) continue
    const command = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')
    const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '')
    // The process's name, in parentheses, may hold anything; after it come its state and its parent.
    const parent = Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1])
    processes.set(pid, { parent, command })
  }
  const isOfProfile = (pid: number): boolean => {
    const found = processes.get(pid)
    return found !== undefined && (found.command.includes(profile) || isOfProfile(found.parent))
  }
  return [...processes.keys()].filter(
    (pid) => processes.get(pid)?.command.includes('--type=renderer') && isOfProfile(pid),
  )
}
