/**
 * Runs before every test file: hands `hit` to each instance, and writes down at the end what was hit.
 *
 * @module
 */
import { mkdirSync, writeFileSync } from 'node:fs'
import { afterAll } from 'vitest'

const hits = new Set<number>()
const { Instance } = WebAssembly
WebAssembly.Instance = class extends Instance {
  constructor(module: WebAssembly.Module) {
    super(module, { hit: { hit: (spot: number) => hits.add(spot) } })
  }
}

afterAll(() => {
  const folder = new URL('../hits/', import.meta.url)
  mkdirSync(folder, { recursive: true })
  writeFileSync(new URL(`${crypto.randomUUID()}.json`, folder), JSON.stringify([...hits]))
})
