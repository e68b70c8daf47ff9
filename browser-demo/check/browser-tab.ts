/**
 * A tab of a real Chromium with a profile on disk: what a check looks at and does to it.
 *
 * @module
 */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type BrowserContext, chromium, type Page } from 'playwright-core'
import type { FlightsDemo } from '../src/snapshot.ts'

const launchArguments = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
]
const look_ms_max = 2_000
/** Requests to the edge of a scene. */
const edges = /\/(?:darq|shop|board)\//

export interface BrowserTabOptions {
  readonly url: URL
  /** The path of a Chromium. */
  readonly executable: string
  /** What the page complains about: an error that nobody caught, or that was written to its console. */
  readonly onComplaint: (text: string) => void
}

export class BrowserTab {
  /** Requests to the edge, of the worker and of the page, that failed while the network was cut. */
  requests_cut = 0
  readonly #options: BrowserTabOptions
  readonly #context: BrowserContext
  readonly #profile: string
  #page: Page
  #offline = false

  static async open(options: BrowserTabOptions): Promise<BrowserTab> {
    const profile = await mkdtemp(join(tmpdir(), 'darq-profile-'))
    const context = await chromium.launchPersistentContext(profile, {
      executablePath: options.executable,
      headless: true,
      args: launchArguments,
    })
    const tab = new BrowserTab(options, context, profile, context.pages()[0] ?? (await context.newPage()))
    await tab.#load()
    return tab
  }

  private constructor(options: BrowserTabOptions, context: BrowserContext, profile: string, page: Page) {
    this.#options = options
    this.#context = context
    this.#profile = profile
    this.#page = page
    context.on('requestfailed', (request) => {
      if (this.#offline && edges.test(request.url())) this.requests_cut += 1
    })
  }

  get page(): Page {
    return this.#page
  }

  /** @returns what the page knows now; `undefined` while it is not open */
  async look(): Promise<FlightsDemo | undefined> {
    const looked = this.#page.evaluate(() => window.flightsDemo).catch(() => undefined)
    const late = new Promise<undefined>((resolve) => setTimeout(resolve, look_ms_max))
    return await Promise.race([looked, late])
  }

  /** Presses Start, with the producer in step with the edge. */
  async start(): Promise<void> {
    await this.#page.selectOption('#pace', 'step')
    await this.#page.click('#run')
  }

  /** Crashes the renderer. Resolves when the browser has noticed that it is gone. */
  async crash(): Promise<void> {
    const session = await this.#context.newCDPSession(this.#page)
    const crashed = this.#page.waitForEvent('crash')
    // It is never answered: who would answer has crashed.
    session.send('Page.crash').catch(() => undefined)
    await crashed
  }

  async killWorker(): Promise<void> {
    await this.#page.click('#kill-worker')
  }

  /** Opens the page anew, in a tab of its own, as somebody would after a crash; the old one is closed. */
  async reopen(): Promise<void> {
    const old = this.#page
    this.#page = await this.#context.newPage()
    await old.close()
    await this.#load()
  }

  async setOffline(offline: boolean): Promise<void> {
    this.#offline = offline
    await this.#context.setOffline(offline)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#context.close()
    await rm(this.#profile, { recursive: true, force: true })
  }

  async #load(): Promise<void> {
    this.#page.on('pageerror', (error) => this.#options.onComplaint(error.message))
    this.#page.on('console', (message) => {
      if (/Content.Security.Policy|Trusted Type/i.test(message.text())) this.#options.onComplaint(message.text())
    })
    await this.#page.goto(this.#options.url.href)
  }
}
