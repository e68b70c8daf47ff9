/**
 * Chromium and Firefox, headless, driven from here.
 *
 * @module
 */
import { existsSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { type Browser, chromium, firefox } from 'playwright-core'
import { findChromium } from '../../../scripts/chromium.ts'
import type { Row } from '../../row.ts'
import type { Plan } from '../plan.ts'
import { servePage } from './page-server.ts'
import { Missing, type RunIn, type RuntimeReport } from './runtime.ts'

export const chromiumArguments = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
]

export const runInChromium: RunIn = async (plan, say) => {
  const executablePath = findChromium()
  if (executablePath === undefined) throw new Missing('no Chromium on PATH, and CHROMIUM names none')
  const browser = await chromium.launch({ executablePath, args: chromiumArguments })
  return runInBrowser('chromium', 'Chromium', browser, plan, say)
}

export const runInFirefox: RunIn = async (plan, say) => {
  const executablePath = findFirefox()
  if (executablePath === undefined) throw new Missing('no Firefox on PATH, and FIREFOX names none')
  const browser = await firefox.launch({ channel: 'moz-firefox', executablePath })
  return runInBrowser('firefox', 'Firefox', browser, plan, say)
}

function findFirefox(): string | undefined {
  const named = process.env.FIREFOX
  if (named) return named
  const folders = (process.env.PATH ?? '').split(delimiter).filter((folder) => folder !== '')
  return ['firefox-esr', 'firefox']
    .flatMap((name) => folders.map((folder) => join(folder, name)))
    .find((file) => existsSync(file))
}

async function runInBrowser(
  name: string,
  title: string,
  browser: Browser,
  plan: Plan,
  say: (line: string) => void,
): Promise<RuntimeReport> {
  const server = await servePage()
  try {
    const page = await browser.newPage()
    page.on('console', (message) => say(message.text()))
    await page.goto(server.url)
    await page.waitForFunction(() => 'runCoreBenchmark' in globalThis)
    const run = ([runtime, asked]: [string, Plan]): Promise<Row[]> => globalThis.runCoreBenchmark(runtime, asked)
    const argument: [string, Plan] = [name, plan]
    const rows = await page.evaluate(run, argument)
    return { name, version: `${title} ${browser.version()}`, rows }
  } finally {
    await browser.close()
    await server.close()
  }
}
