/** A folder that was just made does all that its README says: installed, tested, run, built, outside of the repository. */
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { freePort } from '../../scripts/release/free-port.ts'
import { type Chromium, openChromium } from '../../test/outside/chromium.ts'
import { command, type Server, server } from '../../test/outside/command.ts'
import { install } from '../../test/outside/install.ts'

const create = join(import.meta.dirname, '../index.js')
let empty = ''
let folder = ''

beforeAll(async () => {
  empty = await mkdtemp(join(tmpdir(), 'create-darq-app-'))
  folder = join(empty, 'shop')
  await command(empty, `node '${create}' shop`)
  await install(folder)
}, 120_000)

afterAll(() => rm(empty, { recursive: true, force: true, maxRetries: 5 }))

test('`npm test` runs the simulator', { timeout: 120_000 }, async () => {
  const { stdout } = await command(folder, 'npm test')
  expect(stdout).toMatch(/Tests +1 passed/)
})

test('`npm run check` finds no error', { timeout: 120_000 }, async () => {
  await command(folder, 'npm run check')
})

test('`npm run deploy -- --dry-run` builds page and edge', { timeout: 120_000 }, async () => {
  const { stdout } = await command(folder, 'npm run deploy -- --dry-run')
  expect(stdout).toContain('--dry-run: exiting now.')
  expect(await readFile(join(folder, 'dist/index.html'), 'utf8')).toContain('<script type="module"')
})

describe('`npm run dev`', () => {
  let origin = ''
  let dev: Server
  let chromium: Chromium
  let ports: Readonly<Record<'PORT' | 'EDGE_PORT', string>>

  const start = async () => {
    dev = server(folder, 'npm run dev', ports)
    await Promise.all([dev.printed(/Ready on/), dev.printed(/Local:/)])
  }

  beforeAll(async () => {
    ports = { PORT: String(await freePort()), EDGE_PORT: String(await freePort()) }
    origin = `http://localhost:${ports.PORT}`
    await start()
    chromium = await openChromium(join(empty, 'profile'))
  }, 120_000)

  afterAll(async () => {
    await chromium?.close()
    await dev?.stop()
  }, 60_000)

  test('serves a page whose order is durable in the tab and counted once at the edge, also over a restart', {
    timeout: 180_000,
  }, async () => {
    const page = await chromium.newPage()
    await page.goto(origin)
    await page.getByText('At the edge: 100 left, 0 reserved, 0 sold (committed).').waitFor({ timeout: 60_000 })
    await page.getByText('This tab keeps its orders: storage is strict.').waitFor()
    const order = page.getByRole('button', { name: 'Order a packet' })
    await order.click()
    await page.getByText(/^Order \w+ is saved \(strict\)\.$/).waitFor()
    await page.getByRole('button', { name: 'Confirm' }).click()
    await page.getByText('At the edge: 99 left, 0 reserved, 1 sold (committed).').waitFor()
    await page.getByText(/: sold$/).waitFor()

    // The second one is made while there is no edge.
    await dev.stop()
    await order.click()
    await page.getByText(/: reserving/).waitFor()
    await page.close()
    await start()
    const later = await chromium.newPage()
    await later.goto(origin)
    await later.getByRole('button', { name: 'Give back' }).click({ timeout: 60_000 })
    await later.getByText(/: not confirmed$/).waitFor()
    await later.getByText('At the edge: 99 left, 0 reserved, 1 sold (committed).').waitFor()
    expect(chromium.uncaught).toEqual([])
  })
})
