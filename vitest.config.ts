/**
 * Projects: `node`, `chromium` (`*.chromium.test.ts`), `workerd` (`*.workerd.test.ts`), and, where the browser is found,
 * `firefox` and `webkit`. A suite that holds in several places is a plain module that exports a function; each place has a tiny
 * file that calls it.
 */
import { execFile } from 'node:child_process'
import { rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { cloudflareTest } from '@cloudflare/vitest-plugin'
import { playwright } from '@vitest/browser-playwright'
import { defineConfig } from 'vitest/config'
import { findFirefox } from './scripts/browsers/firefox.ts'
import { findWebkit } from './scripts/browsers/webkit.ts'
import { webkitGtk } from './scripts/browsers/webkit-provider.ts'

const rooms = ['core-as/test', 'runtime-ts/test', 'test', 'edge-worker/test', 'browser-demo/test', 'create-darq/test']
const named = (suffix: string) => rooms.map((room) => `${room}/**/*${suffix}`)
const elsewhere = ['**/node_modules/**', '**/*.{chromium,firefox,webkit,workerd}.test.ts']
const [firefox, webkit] = [findFirefox(), findWebkit()]

/** What the simulator comes to in Node: a test in a browser asks for it. */
async function sameSeedsInNode(): Promise<Readonly<Record<string, string>>> {
  const { stdout } = await promisify(execFile)(process.execPath, ['test/simulate/same-seeds-in-node.ts'])
  return JSON.parse(stdout)
}

// On a real disk: a private context would keep IndexedDB in memory.
const profile = join(tmpdir(), `darq-chromium-${process.pid}`)
process.on('exit', () => rmSync(profile, { recursive: true, force: true }))

export default defineConfig({
  test: {
    projects: [
      // Time is no measure of what is right: a property that is at work on a busy machine is not a failure.
      {
        test: {
          name: 'node',
          environment: 'node',
          include: named('.test.ts'),
          exclude: elsewhere,
          testTimeout: 60_000,
        },
      },
      {
        test: {
          name: 'chromium',
          include: named('.chromium.test.ts'),
          // The files share one profile.
          fileParallelism: false,
          browser: {
            enabled: true,
            headless: true,
            screenshotFailures: false,
            provider: playwright({
              persistentContext: profile,
              launchOptions: {
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
              },
            }),
            commands: { sameSeedsInNode },
            instances: [{ browser: 'chromium' }],
          },
        },
      },
      ...(firefox === undefined
        ? []
        : [
            {
              test: {
                name: 'firefox',
                include: named('.firefox.test.ts'),
                fileParallelism: false,
                browser: {
                  enabled: true,
                  headless: true,
                  screenshotFailures: false,
                  provider: playwright({
                    launchOptions: {
                      channel: 'moz-firefox',
                      executablePath: firefox,
                      // A fifth of it for each site, so that a test can fill the disk.
                      firefoxUserPrefs: { 'dom.quotaManager.temporaryStorage.fixedLimit': 250_000 },
                    },
                  }),
                  instances: [{ browser: 'firefox' as const }],
                },
              },
            },
          ]),
      ...(webkit === undefined
        ? []
        : [
            {
              test: {
                name: 'webkit',
                include: named('.webkit.test.ts'),
                fileParallelism: false,
                browser: {
                  enabled: true,
                  headless: true,
                  screenshotFailures: false,
                  provider: webkitGtk(webkit),
                  instances: [{ browser: 'webkit' as const }],
                },
              },
            },
          ]),
      {
        plugins: [
          cloudflareTest({
            main: './test/workerd/main.mjs',
            wrangler: { configPath: './test/workerd/wrangler.jsonc' },
          }),
        ],
        test: { name: 'workerd', include: named('.workerd.test.ts') },
      },
    ],
  },
})
