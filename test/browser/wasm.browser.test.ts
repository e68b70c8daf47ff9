/** A real Chromium in which core.wasm can't be loaded, in every way that people meet. */
import { type Browser, chromium, type Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type {} from './wasm-fixture/page.ts'
import { serveWasmFixture, type WasmAnswer, type WasmOrigin, type WasmServer } from './wasm-server.ts'

let server: WasmServer
let browser: Browser

beforeAll(async () => {
  server = await serveWasmFixture()
  browser = await chromium.launch({
    executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
    args: ['--no-sandbox', '--disable-gpu'],
  })
}, 60_000)
afterAll(async () => {
  await browser?.close()
  await server?.close()
})

interface Visited {
  readonly page: Page
  /** What the console was told. */
  readonly said: string[]
  close(): Promise<void>
}

async function openPage(): Promise<Visited> {
  const context = await browser.newContext()
  const page = await context.newPage()
  const said: string[] = []
  context.on('console', (message) => said.push(message.text()))
  return { page, said, close: () => context.close() }
}

/** Opens the fixture's page and waits until it has a tab, or has none. */
async function visit({ page }: Visited, { address }: WasmOrigin, worker: string): Promise<void> {
  await page.goto(`${address}?worker=${worker}`)
  await page.waitForFunction(() => globalThis.wasmFixture !== undefined || globalThis.wasmFailure !== undefined)
}

async function opened(visited: Visited, origin: WasmOrigin, worker: string) {
  await visit(visited, origin, worker)
  expect(await visited.page.evaluate(() => globalThis.wasmFailure?.message)).toBeUndefined()
  const total = await visited.page.evaluate(() => globalThis.wasmFixture?.add())
  return visited.page.evaluate((total) => {
    const { core, wasm_error: error } = globalThis.wasmFixture?.tab.status ?? {}
    return { total, core, code: error?.code, message: error?.message ?? '', facts: error?.facts }
  }, total)
}

const isTypeScriptCore = (path: string) => /\/twin-/.test(path)

describe('Wasm runs', { timeout: 60_000 }, () => {
  test.each(['default', 'strict', 'url', 'bytes', 'module'])(
    'in the worker %s, and nothing else is loaded',
    async (worker) => {
      const visited = await openPage()
      const origin = server.origin('as it is')
      expect(await opened(visited, origin, worker)).toEqual({ total: 1, core: 'wasm', message: '' })
      expect(visited.said).toEqual([])
      expect(origin.asked.filter(isTypeScriptCore)).toEqual([])
      expect(origin.asked.includes('/elsewhere/core.wasm')).toBe(worker === 'url')
      await visited.close()
    },
  )
})

const refusals: readonly (readonly [string, WasmAnswer, string, RegExp])[] = [
  ['a policy of the worker forbids it', 'forbidden', 'default', /core-.*\.wasm: .*'wasm-unsafe-eval'/],
  ['it is missing', 'missing', 'default', /core-.*\.wasm: expected status 200, got status 404/],
  ['the app answers with its page', 'page', 'default', /core-.*\.wasm: expected a Wasm module, got .*<!doctype html>/],
  ['it is cut off', 'cut off', 'default', /core-.*\.wasm: expected a whole module/],
  ['it never comes', 'never', 'default', /core-.*\.wasm: expected an answer within 5000 ms, got none/],
  ['there is no WebAssembly', 'as it is', 'without', /expected a platform with WebAssembly, got none/],
]

describe('the core in TypeScript goes on', { timeout: 60_000 }, () => {
  test.each(refusals)('when %s, and says so', async (_why, answer, worker, reason) => {
    const visited = await openPage()
    const origin = server.origin(answer)
    const status = await opened(visited, origin, worker)
    expect(status).toMatchObject({ total: 1, core: 'typescript', code: 'wasm_unavailable' })
    expect(status.message).toMatch(reason)
    expect(status.facts).toMatchObject({
      expected: expect.any(String),
      got: expect.any(String),
      do: expect.any(String),
    })
    // The browser has words of its own for a 404.
    expect(visited.said.filter((line) => line === status.message)).toHaveLength(1)
    expect(origin.asked.filter(isTypeScriptCore).length).toBeGreaterThan(0)
    await visited.close()
  })

  test('alone, when it is asked for, without a word and without core.wasm', async () => {
    const visited = await openPage()
    const origin = server.origin('as it is')
    expect(await opened(visited, origin, 'typescript')).toEqual({ total: 1, core: 'typescript', message: '' })
    expect(visited.said).toEqual([])
    expect(origin.asked.filter((path) => path.endsWith('.wasm'))).toEqual([])
    await visited.close()
  })

  test('with what Wasm wrote, and Wasm with what it wrote', async () => {
    const visited = await openPage()
    const origin = server.origin('as it is')
    for (const [total, answer, core] of [
      [1, 'as it is', 'wasm'],
      [2, 'missing', 'typescript'],
      [3, 'as it is', 'wasm'],
    ] as const) {
      origin.answer = answer
      expect(await opened(visited, origin, 'default')).toMatchObject({ total, core })
    }
    await visited.close()
  })

  test('in the tab that leads, and the others say so too', async () => {
    const visited = await openPage()
    const origin = server.origin('page')
    const leader = await opened(visited, origin, 'default')
    const other = { ...visited, page: await visited.page.context().newPage() }
    origin.answer = 'as it is'
    expect(await opened(other, origin, 'default')).toEqual({ ...leader, total: 2 })
    await visited.close()
  })
})

describe('openTab rejects when it must be Wasm', { timeout: 60_000 }, () => {
  test.each(refusals.filter(([, , worker]) => worker === 'default'))(
    'and %s',
    async (_why, answer, _worker, reason) => {
      const visited = await openPage()
      await visit(visited, server.origin(answer), 'strict')
      const failure = await visited.page.evaluate(() => globalThis.wasmFailure)
      expect(failure).toMatchObject({ code: 'wasm_unavailable', facts: { wasm: expect.stringContaining('.wasm') } })
      expect(failure?.message).toMatch(reason)
      await visited.close()
    },
  )
})
