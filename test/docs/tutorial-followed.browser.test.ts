/** The tutorial, followed by copy and paste in an empty folder outside of the repository. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { connect } from '@darq/runtime'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { Tally } from '../../docs/examples/votes/votes.address.ts'
import { freePort } from '../../scripts/release/free-port.ts'
import { type Chromium, openChromium } from '../outside/chromium.ts'
import { command, type Server, server } from '../outside/command.ts'
import { install } from '../outside/install.ts'
import { partsOf } from './followed.ts'
import { textOf } from './page.ts'

const parts = partsOf(textOf('docs/tutorial.md'))
/** The last command, which goes on until it is stopped. */
const last = 'npx wrangler dev'
const printed = new Map<string, string>()
let empty = ''
let folder = ''
let port = 0
let edge: Server
let chromium: Chromium

const startEdge = async () => {
  // As the page says it, but on a port that nobody else has.
  edge = server(folder, `${last} --port ${port} --inspector-port 0`)
  await edge.printed(/Ready on/)
}

beforeAll(async () => {
  empty = await mkdtemp(join(tmpdir(), 'darq-tutorial-'))
  folder = empty
  port = await freePort()
  for (const part of parts)
    if (part.kind === 'file') await writeFile(join(folder, part.name), part.text)
    else if (part.line === 'npm install') await install(folder)
    else if (part.line === last) await startEdge()
    else {
      const ended = await command(folder, part.line)
      printed.set(part.line, ended.stdout)
      folder = ended.folder
    }
  chromium = await openChromium(join(empty, 'profile'))
}, 180_000)

afterAll(async () => {
  await chromium?.close()
  await edge?.stop()
  await rm(empty, { recursive: true, force: true, maxRetries: 5 })
}, 60_000)

test('its commands are those that a person would give, the edge last', () => {
  const lines = parts.flatMap((part) => (part.kind === 'command' ? [part.line] : []))
  expect(lines).toContain('npm install')
  expect(lines.at(-1)).toBe(last)
})

test('counts to two in Node', () => {
  expect(printed.get('node votes.try.ts')?.trim()).toBe('{ tea: 2 }')
})

test('a vote is counted in the tab and at the edge, also when the edge was away and the tab has crashed', {
  timeout: 120_000,
}, async () => {
  const origin = `http://localhost:${port}`
  const first = await chromium.newPage()
  await first.goto(origin)
  await first.getByText('This tab is the leader; its storage is strict.').waitFor()
  await first.getByRole('button', { name: 'Tea' }).click()
  await first.getByText('{"tea":1} (committed)').waitFor()
  await edge.stop()
  await first.getByRole('button', { name: 'Coffee' }).click()
  await first.getByText('coffee: saved (strict)').waitFor()
  await chromium.crash(first)
  await startEdge()
  const second = await chromium.newPage()
  await second.goto(origin)
  await second.getByText('{"tea":1,"coffee":1} (committed)').waitFor({ timeout: 60_000 })
  expect(chromium.uncaught).toEqual([])
})

test('a visitor’s token lets nobody else vote', async () => {
  const origin = `http://localhost:${port}`
  await using client = connect(`${origin}/darq`, { token: async () => (await fetch(`${origin}/token`)).text() })
  await expect(client.send(Tally.add({ choice: 'tea' })).committed).rejects.toMatchObject({ code: 'unauthorized' })
})
