/** The tutorial's page in a real Chromium, its edge in a real workerd. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { connect } from '@darq/runtime'
import { Log, LogLevel, Miniflare } from 'miniflare'
import { type BrowserContext, chromium } from 'playwright-core'
import { createServer, type ViteDevServer } from 'vite'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { Tally } from '../../docs/examples/votes.address.ts'
import { buildWorker } from '../../edge-worker/scripts/build-worker.ts'
import { root } from './page.ts'

const examples = join(root, 'docs/examples')
let folder = ''
let edge: Miniflare
let edgeOrigin = ''
let pages: ViteDevServer
let browser: BrowserContext

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'darq-tutorial-'))
  process.env.CLOUDFLARE_CF_FETCH_ENABLED = 'false'
  edge = new Miniflare({
    ...(await buildWorker({ entry: join(examples, 'votes.edge.ts'), out: join(folder, 'worker') })),
    log: new Log(LogLevel.ERROR),
    compatibilityDate: '2026-07-30',
    bindings: { TOKEN_SECRET: 'for this test only: thirty-two bytes and more' },
    durableObjects: { OBJECTS: { className: 'Objects', useSQLite: true } },
  })
  edgeOrigin = (await edge.ready).origin
  // As `npx vite` serves it, but for the edge's port.
  pages = await createServer({
    configFile: join(examples, 'vite.config.ts'),
    logLevel: 'error',
    cacheDir: join(folder, 'vite'),
    server: { port: 0, proxy: { '/darq': edgeOrigin, '/token': edgeOrigin } },
  })
  await pages.listen()
  browser = await chromium.launchPersistentContext(join(folder, 'profile'), {
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
}, 60_000)

afterAll(async () => {
  await browser?.close()
  await pages?.close()
  await edge?.dispose()
  await rm(folder, { recursive: true, force: true, maxRetries: 5 })
}, 60_000)

test('a vote is counted in the tab and at the edge, also when the tab crashes and comes back', {
  timeout: 60_000,
}, async () => {
  const uncaught: string[] = []
  browser.on('weberror', (error) => uncaught.push(String(error.error())))
  const address = pages.resolvedUrls?.local[0] ?? ''
  const first = await browser.newPage()
  await first.goto(address)
  await first.getByText('This tab is the leader; its storage is strict.').waitFor()
  await first.getByRole('button', { name: 'Tea' }).click()
  await first.getByText('tea: saved (strict)').waitFor()
  await first.getByText('{"tea":1} (committed)').waitFor()
  const crashed = first.waitForEvent('crash')
  const session = await browser.newCDPSession(first)
  // Never answered: there is nobody left to answer.
  void session.send('Page.crash').catch(() => undefined)
  await crashed
  const second = await browser.newPage()
  await second.goto(address)
  await second.getByText('This tab is the').waitFor()
  await second.getByRole('button', { name: 'Coffee' }).click()
  await second.getByText('{"tea":1,"coffee":1} (committed)').waitFor()
  expect(uncaught).toEqual([])
})

test('a visitor’s token lets nobody else vote', async () => {
  await using client = connect(`${edgeOrigin}/darq`, { token: async () => (await fetch(`${edgeOrigin}/token`)).text() })
  await expect(client.send(Tally.add({ choice: 'tea' })).committed).rejects.toMatchObject({ code: 'unauthorized' })
})
