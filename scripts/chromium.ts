/**
 * Finds a Chromium, or gets one.
 *
 * @module
 */
import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { chromium } from 'playwright-core'

const names = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable']

/**
 * @returns the path of a Chromium: what CHROMIUM names, else the first on PATH, else what playwright has downloaded
 * @throws {Error} when CHROMIUM names something that doesn't run: a wish that can't be met is not passed over
 */
export function findChromium(): string | undefined {
  const named = process.env.CHROMIUM
  if (named) {
    if (runs(named)) return named
    throw new Error(`CHROMIUM names ${named}, which doesn't run`)
  }
  const folders = (process.env.PATH ?? '').split(delimiter).filter((folder) => folder !== '')
  const onPath = folders.flatMap((folder) => names.map((name) => join(folder, name)))
  return [...onPath, chromium.executablePath()].find(runs)
}

/**
 * Finds a Chromium or gets one: the distribution's package where this user may install it, else playwright's download.
 *
 * @throws {Error} that says what to do, when there is none and none can be got
 */
export function ensureChromium(): string {
  const found = findChromium()
  if (found !== undefined) return found
  for (const [command, ...args] of waysToInstall()) {
    console.log(`No Chromium found: ${[command, ...args].join(' ')} …`)
    const ended = spawnSync(command, args, { stdio: ['ignore', 'inherit', 'inherit'] })
    if (ended.status !== 0) console.error(`${command} failed${ended.error ? `: ${ended.error.message}` : ''}`)
    const installed = findChromium()
    if (installed !== undefined) return installed
  }
  throw new Error(
    'There is no Chromium, and none could be installed. Install one (Debian: apt-get install chromium; elsewhere: ' +
      'npx playwright install --with-deps chromium) or name one: CHROMIUM=/path/to/chromium npm test',
  )
}

/** Hands the path on to whatever runs from here as CHROMIUM. Without one it says what to do, and ends the process with 1. */
export function useChromium(): void {
  try {
    process.env.CHROMIUM = ensureChromium()
  } catch (error) {
    console.error(error instanceof Error ? error.message : error)
    process.exit(1)
  }
}

function waysToInstall(): [string, ...string[]][] {
  const ways: [string, ...string[]][] = []
  if (process.getuid?.() === 0 && isDebian()) ways.push(['apt-get', 'update'], ['apt-get', 'install', '-y', 'chromium'])
  ways.push(['npx', '--no-install', 'playwright', 'install', 'chromium'])
  return ways
}

/** @returns whether this is Debian or made from it */
export function isDebian(): boolean {
  const file = '/etc/os-release'
  return existsSync(file) && /^ID(_LIKE)?=.*(debian|ubuntu)/m.test(readFileSync(file, 'utf8'))
}

/** Asks it for its version: Ubuntu's `chromium-browser` may be a mere stub that says to install a snap. */
function runs(file: string): boolean {
  return existsSync(file) && spawnSync(file, ['--version'], { stdio: 'ignore', timeout: 20_000 }).status === 0
}
