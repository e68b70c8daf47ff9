/** A bundle whose code doesn't know any more where it came from, as a script without `import.meta`. */
import { expect, test, vi } from 'vitest'
import { wasm } from '../src/wasm.ts'

vi.mock('../src/load-node.ts', () => ({
  shipped: () => new URL('../build/core.wasm', undefined),
  read: () => Promise.reject(new Error('nothing is read without a place')),
}))

test('is told to give core.wasm itself', async () => {
  await expect(wasm()).rejects.toMatchObject({
    name: 'WasmUnavailable',
    facts: {
      wasm: 'core.wasm',
      expected: 'a file beside the code',
      do: expect.stringContaining('give the option wasm'),
    },
  })
})
