/** Where core.wasm may come from, and what is said when it can't be had. */
import { readFile } from 'node:fs/promises'
import { createServer, type ServerResponse } from 'node:http'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { Kind } from '../src/core.ts'
import * as web from '../src/load-web.ts'
import { twin } from '../src/twin.ts'
import { wasm, wasmVectors } from '../src/wasm.ts'
import type { WasmSource } from '../src/wasm-source.ts'
import { WasmUnavailable } from '../src/wasm-unavailable.ts'
import { ingest, limits, logBytes, pending, step } from './frames.ts'

const file = new URL('../build/core.wasm', import.meta.url)
const bytes = Uint8Array.from(await readFile(file))
let requests = 0

const answers: Readonly<Record<string, (response: ServerResponse) => void>> = {
  '/core.wasm': (response) => response.writeHead(200, { 'content-type': 'application/wasm' }).end(bytes),
  '/as-anything': (response) => response.writeHead(200, { 'content-type': 'application/octet-stream' }).end(bytes),
  '/missing': (response) => response.writeHead(404, { 'content-type': 'text/html' }).end('not here'),
  '/page': (response) => response.writeHead(200, { 'content-type': 'text/html' }).end('<!doctype html><title>App'),
  '/silent': () => {},
  '/stuck': (response) => response.writeHead(200, { 'content-type': 'application/wasm' }).write(bytes.subarray(0, 99)),
}
const server = createServer(({ url }, response) => {
  requests += 1
  answers[(url ?? '').replace(/\?.*/, '')]?.(response)
})
let at = ''

beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('the server has no port')
  at = `http://127.0.0.1:${address.port}`
})
afterAll(() => {
  server.closeAllConnections()
  server.close()
})

async function refusal(source?: WasmSource): Promise<WasmUnavailable> {
  const error: unknown = await wasm(source).then(
    () => undefined,
    (error: unknown) => error,
  )
  if (error instanceof WasmUnavailable) return error
  throw new Error(`expected WasmUnavailable, got ${String(error)}`)
}

describe('a core runs', () => {
  const sources: Readonly<Record<string, () => WasmSource | Promise<WasmSource> | undefined>> = {
    'what the package ships': () => undefined,
    'a URL of a file': () => file,
    'a path': () => fileURLToPath(file),
    'an address': () => `${at}/core.wasm`,
    'a URL': () => new URL(`${at}/core.wasm`),
    'an address that serves it as another type': () => `${at}/as-anything`,
    bytes: () => bytes,
    'bytes inside a larger buffer': () => new Uint8Array([1, 2, 3, ...bytes, 4]).subarray(3, -1),
    'an ArrayBuffer': () => bytes.buffer,
    'a module': () => WebAssembly.compile(bytes),
  }
  test.each(Object.entries(sources))('from %s, as the twin does', async (_name, source) => {
    const given = await source()
    const logs = [await wasm(given), twin()].map((make) => {
      const core = make(limits)
      ingest(core, { producer: 'ann', first: 1, messages: ['a', 'b'] })
      step(core, { consume: pending(core, Kind.message), send: [{ to: 'bob' }], checkpoint: 'c' })
      return logBytes(core)
    })
    expect(logs[0]).toEqual(logs[1])
    const vectors = (await wasmVectors(given))({ hosts_max: 2, entries_max: 4, version: 1 })
    expect(vectors.merge(0)).toBe('known')
  })
})

describe('it is refused, with what was expected, what came, and what to do', () => {
  test.each<[string, () => WasmSource, string, string | RegExp]>([
    ['status 404', () => `${at}/missing`, 'status 200', 'status 404'],
    ["an app's page", () => `${at}/page`, 'a Wasm module', /^25 bytes that begin with "<!doctype html>/],
    ['a server that never answers', () => `${at}/silent`, 'an answer within 5000 ms', 'none'],
    ['a server that stops in the middle', () => `${at}/stuck`, 'an answer within 5000 ms', 'none'],
    ['nobody there', () => 'http://127.0.0.1:1/core.wasm', 'an answer', /fetch failed/],
    ['a missing file', () => new URL('./missing.wasm', file), 'a file', /ENOENT/],
    ['a missing path', () => '/missing.wasm', 'a file', /ENOENT/],
    ['bytes that are cut off', () => bytes.subarray(0, 5_000), 'a whole module', /CompileError/],
    ['bytes that are cut off early', () => bytes.subarray(0, 7), 'a Wasm module', /^7 bytes/],
    ['no bytes', () => new Uint8Array(), 'a Wasm module', /^0 bytes/],
    ['another module', () => new Uint8Array([0, 97, 115, 109, 1, 0, 0, 0]), 'of this release', /no exports/],
    ['a number', () => 7, 'a URL, a WebAssembly.Module, or bytes', '[object Number]'],
  ])('%s', { timeout: 20_000 }, async (_name, source, expected, got) => {
    const given = source()
    const { facts, message } = await refusal(given)
    expect(facts.expected).toContain(expected)
    expect(facts.got).toMatch(got)
    for (const fact of Object.values(facts)) expect(message).toContain(fact)
    if (typeof given === 'string' || given instanceof URL) expect(facts.wasm).toBe(String(given))
  })

  test('a policy that forbids to compile, and what it must allow', async () => {
    const refused = new WebAssembly.CompileError('refused to compile: unsafe-eval is not allowed')
    const compile = vi.spyOn(WebAssembly, 'compile').mockRejectedValue(refused)
    const { facts, cause } = await refusal(bytes)
    compile.mockRestore()
    expect(facts.expected).toBe('leave to compile it')
    expect(facts.do).toContain('wasm-unsafe-eval')
    expect(cause).toBe(refused)
  })

  test('a platform without WebAssembly', async () => {
    vi.stubGlobal('WebAssembly', undefined)
    const { facts } = await refusal(bytes)
    vi.unstubAllGlobals()
    expect(facts).toMatchObject({ expected: 'a platform with WebAssembly', got: 'none' })
  })
})

test('what a place has come to is known for as long as the thread lives: nobody waits for it twice', async () => {
  const before = requests
  const first = await refusal(`${at}/missing?once`)
  expect(await refusal(new URL(`${at}/missing?once`))).toBe(first)
  expect(requests).toBe(before + 1)
})

test('in browsers the file is looked for beside the code', () => {
  expect(web.shipped().pathname).toMatch(/\/build\/core\.wasm$/)
})
