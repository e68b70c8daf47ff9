/**
 * A WebKitGTK window that shows one page, on a screen that nobody sees and a profile of its own that is gone afterwards.
 *
 * It is started as a person would start it, not under WebDriver: an automated session keeps IndexedDB in memory, and this one
 * on the disk.
 *
 * @module
 */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

export interface WebkitPrograms {
  /** The browser of the WebKitGTK package. */
  readonly miniBrowser: string
  /** A screen in memory. */
  readonly xvfb: string
}

export interface WebkitWindow {
  /** Ends the browser and its screen, and removes the profile. */
  close(): Promise<void>
}

/** @returns once the browser has been started; whether it shows `url` is for the page to say */
export async function openWebkitWindow({ miniBrowser, xvfb }: WebkitPrograms, url: string): Promise<WebkitWindow> {
  const profile = mkdtempSync(join(tmpdir(), 'darq-webkit-'))
  const screen = spawn(xvfb, ['-displayfd', '3', '-screen', '0', '1024x768x24', '-nolisten', 'tcp'], {
    stdio: ['ignore', 'ignore', 'ignore', 'pipe'],
  })
  const display = await Promise.race([
    readLine(screen),
    once(screen, 'exit').then(() => Promise.reject(new Error(`${xvfb} ended before it had a screen`))),
  ])
  const browser = spawn(miniBrowser, [url], {
    // A group of its own, so that its network and page processes end with it.
    detached: true,
    stdio: 'ignore',
    env: {
      ...process.env,
      DISPLAY: `:${display}`,
      GDK_BACKEND: 'x11',
      HOME: profile,
      XDG_DATA_HOME: join(profile, 'data'),
      XDG_CACHE_HOME: join(profile, 'cache'),
      XDG_CONFIG_HOME: join(profile, 'config'),
      // The sandbox needs rights that containers don't give; the page is our own.
      WEBKIT_DISABLE_SANDBOX_THIS_IS_DANGEROUS: '1',
      WEBKIT_DISABLE_COMPOSITING_MODE: '1',
      GSETTINGS_BACKEND: 'memory',
      NO_AT_BRIDGE: '1',
    },
  })
  const end = () => {
    endGroup(browser)
    screen.kill('SIGKILL')
    rmSync(profile, { recursive: true, force: true, maxRetries: 5 })
  }
  process.once('exit', end)
  return {
    async close() {
      process.off('exit', end)
      const ended = Promise.all([browser, screen].map((child) => child.exitCode ?? once(child, 'exit')))
      endGroup(browser)
      // Only now: a browser whose screen goes away first writes a crash report.
      screen.kill('SIGKILL')
      await ended
      rmSync(profile, { recursive: true, force: true, maxRetries: 5 })
    },
  }
}

async function readLine(screen: ChildProcess): Promise<string> {
  const pipe = screen.stdio[3]
  if (pipe === null || pipe === undefined || !('read' in pipe)) throw new Error('the screen has no pipe')
  let text = ''
  for await (const chunk of pipe) {
    text += String(chunk)
    if (text.includes('\n')) break
  }
  return text.trim()
}

function endGroup(child: ChildProcess): void {
  if (child.pid === undefined) return
  try {
    process.kill(-child.pid, 'SIGKILL')
  } catch {
    // It has ended by itself.
  }
}
