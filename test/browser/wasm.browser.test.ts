/** A real Chromium in which core.wasm can't be loaded, in every way that people meet. */
import { type Browser, chromium } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Answer, type PlatformOrigin, type PlatformServer, servePlatformFixture } from './platform-server.ts'
import { go, openVisit, type Visit } from './platform-visit.ts'

let server: PlatformServer
let browser: Browser

beforeAll(async () => {
  server = await servePlatformFixture()
  browser = await chromium.launch({
    executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
    args: ['--no-sandbox', '--disable-gpu'],
  })
}, 60_000)
afterAll(async () => {
  await browser?.close()
  await server?.close()
})

async function opened(visited: Visit, origin: PlatformOrigin, worker: string) {
  await go(visited, `${origin.address}?worker=${worker}`)
  expect(await visited.page.evaluate(() => globalThis.platformFailure?.message)).toBeUndefined()
  const total = await visited.page.evaluate(() => globalThis.platform?.add())
  return visited.page.evaluate((total) => {
    const { core, wasm_error: error } = globalThis.platform?.tab.status ?? {}
    return { total, core, code: error?.code, message: error?.message ?? '', facts: error?.facts }
  }, total)
}

const isTypeScriptCore = (path: string) => /\/twin-/.test(path)

describe('Wasm runs', { timeout: 60_000 }, () => {
  test.each(['default', 'strict', 'url', 'bytes', 'module'])(
    'in the worker %s, and nothing else is loaded',
    async (worker) => {
      const visited = await openVisit(browser)
      const origin = server.origin('as it is')
      expect(await opened(visited, origin, worker)).toEqual({ total: 1, core: 'wasm', message: '' })
      expect(visited.said).toEqual([])
      expect(origin.asked.filter(isTypeScriptCore)).toEqual([])
      expect(origin.asked.includes('/elsewhere/core.wasm')).toBe(worker === 'url')
      await visited.close()
    },
  )
})

const refusals: readonly (readonly [string, Answer, string, RegExp])[] = [
  ['a policy of the worker forbids it', 'forbidden', 'default', /core-.*\.wasm: .*'wasm-unsafe-eval'/],
  ['it is missing', 'missing', 'default', /core-.*\.wasm: expected status 200, got status 404/],
  ['the app answers with its page', 'page', 'default', /core-.*\.wasm: expected a Wasm module, got .*<!doctype html>/],
  ['it is cut off', 'cut off', 'default', /core-.*\.wasm: expected a whole module/],
  ['it never comes', 'never', 'default', /core-.*\.wasm: expected an answer within 5000 ms, got none/],
  ['there is no WebAssembly', 'as it is', 'without', /expected a platform with WebAssembly, got none/],
]

describe('the core in TypeScript goes on', { timeout: 60_000 }, () => {
  test.each(refusals)('when %s, and says so', async (_why, answer, worker, reason) => {
    const visited = await openVisit(browser)
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
    const visited = await openVisit(browser)
    const origin = server.origin('as it is')
    expect(await opened(visited, origin, 'typescript')).toEqual({ total: 1, core: 'typescript', message: '' })
    expect(visited.said).toEqual([])
    expect(origin.asked.filter((path) => path.endsWith('.wasm'))).toEqual([])
    await visited.close()
  })

  test('with what Wasm wrote, and Wasm with what it wrote', async () => {
    const visited = await openVisit(browser)
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
    const visited = await openVisit(browser)
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
      const visited = await openVisit(browser)
      await go(visited, `${server.origin(answer).address}?worker=strict`)
      const failure = await visited.page.evaluate(() => globalThis.platformFailure)
      expect(failure).toMatchObject({ code: 'wasm_unavailable', facts: { wasm: expect.stringContaining('.wasm') } })
      expect(failure?.message).toMatch(reason)
      await visited.close()
    },
  )
})
