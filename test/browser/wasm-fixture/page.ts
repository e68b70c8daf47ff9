/** A page that counts, on whatever core its worker gets. `?worker=`: how that worker asks for it. */
import { DarqError } from '@darq/runtime'
import { openTab, type Tab } from '@darq/runtime/browser'
import { Counter } from '../fixture/counter.ts'

export interface WasmFixture {
  /** Sends one message. Resolves with the total, once it is durable. */
  add(): Promise<number>
  readonly tab: Tab
}

declare global {
  var wasmFixture: WasmFixture | undefined
  /** Why there is no tab. */
  var wasmFailure: { readonly code: string; readonly message: string; readonly facts: unknown } | undefined
}

const workers: Readonly<Record<string, () => Worker>> = {
  default: () => new Worker(new URL('./worker.ts', import.meta.url), { type: 'module' }),
  strict: () => new Worker(new URL('./worker-strict.ts', import.meta.url), { type: 'module' }),
  typescript: () => new Worker(new URL('./worker-typescript.ts', import.meta.url), { type: 'module' }),
  url: () => new Worker(new URL('./worker-url.ts', import.meta.url), { type: 'module' }),
  bytes: () => new Worker(new URL('./worker-bytes.ts', import.meta.url), { type: 'module' }),
  module: () => new Worker(new URL('./worker-module.ts', import.meta.url), { type: 'module' }),
  without: () => new Worker(new URL('./worker-without.ts', import.meta.url), { type: 'module' }),
}

try {
  const worker = workers[new URLSearchParams(location.search).get('worker') ?? 'default']
  if (worker === undefined) throw new Error('there is no such worker')
  const tab = await openTab(worker)
  globalThis.wasmFixture = {
    tab,
    async add() {
      const { durable } = tab.send(Counter.add('a', 1))
      await durable
      return tab.query(Counter.total('a'), { grade: 'committed' })
    },
  }
} catch (error) {
  globalThis.wasmFailure =
    error instanceof DarqError
      ? { code: error.code, message: error.message, facts: error.facts }
      : { code: 'none', message: String(error), facts: undefined }
}
