import { readFile } from 'node:fs/promises'
import { expect, test } from 'vitest'

const bytes = await readFile(new URL('../build/core.wasm', import.meta.url))

test('core.wasm is at most 10 KiB', () => {
  expect(bytes.byteLength).toBeLessThanOrEqual(10 * 1024)
})

test('core.wasm imports nothing', async () => {
  expect(WebAssembly.Module.imports(await WebAssembly.compile(bytes))).toEqual([])
})
