/**
 * The browsers that are tested when they are there. Only Chromium is a must.
 *
 * @module
 */
import { spawnSync } from 'node:child_process'
import { isDebian } from '../chromium.ts'
import { findFirefox } from './firefox.ts'
import { findWebkit } from './webkit.ts'

const browsers = [
  { name: 'Firefox', find: findFirefox, packages: ['firefox-esr'] },
  { name: 'WebKit', find: () => findWebkit()?.miniBrowser, packages: ['libwebkit2gtk-4.1-0', 'xvfb'] },
] as const

/** Says which of them will be tested. Installs what is missing where nobody's machine is at stake: on CI, as root, on Debian. */
export function prepareFurtherBrowsers(): void {
  const missing = browsers.filter(({ find }) => find() === undefined).flatMap(({ packages }) => packages)
  if (missing.length > 0 && process.env.CI === 'true' && process.getuid?.() === 0 && isDebian()) {
    for (const args of [['update'], ['install', '-y', '--no-install-recommends', ...missing]]) {
      const ended = spawnSync('apt-get', args, { stdio: ['ignore', 'ignore', 'inherit'] })
      if (ended.status !== 0) console.error(`apt-get ${args.join(' ')} failed`)
    }
  }
  for (const { name, find, packages } of browsers) {
    const wanted = `not found, so its tests are SKIPPED (Debian: apt-get install ${packages.join(' ')})`
    console.log(`${name}: ${find() ?? wanted}`)
  }
}
