import { readFile } from 'node:fs/promises'
import { afterEach, expect, test, vi } from 'vitest'
import { compile } from '../src/load-web.ts'

const bytes = await readFile(new URL('../build/core.wasm', import.meta.url))

function serve(status: number, type: string | undefined): void {
  const headers = type === undefined ? undefined : { 'content-type': type }
  const response = new Response(new Uint8Array(bytes), headers === undefined ? { status } : { status, headers })
  vi.stubGlobal('fetch', async (url: URL) => {
    expect(url.pathname).toMatch(/\/build\/core\.wasm$/)
    return response
  })
}

afterEach(() => {
  vi.unstubAllGlobals()
})

test.each(['application/wasm', 'application/wasm; charset=binary', 'application/octet-stream', undefined])(
  'core.wasm is compiled when it comes as %s',
  async (type) => {
    serve(200, type)
    const names = WebAssembly.Module.exports(await compile()).map(({ name }) => name)
    expect(names).toContain('ingest')
  },
)

test('what the server answers instead of core.wasm is said', async () => {
  serve(404, 'text/html')
  await expect(compile()).rejects.toThrow('404')
})
