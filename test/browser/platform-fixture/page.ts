/**
 * A page that counts, on whatever platform its worker finds. `?worker=`: which worker; `fallback`, `timeout`, `abort`: what
 * `openTab` is asked for.
 */
import { DarqError } from '@darq/runtime'
import { openTab, type Tab, type TabOptions } from '@darq/runtime/browser'
import { Counter } from './counter.ts'

export interface PlatformFixture {
  /** Sends one message. Resolves with the total, once it is durable. */
  add(): Promise<number>
  readonly tab: Tab
  /** Sends one message whose handler throws. */
  fail(why: string): void
  /** Sends one message whose handler sends another to an edge that can't be reached. */
  tell(n: number): void
  killWorker(): void
}

declare global {
  var platform: PlatformFixture | undefined
  /** Why there is no tab. */
  var platformFailure: { readonly code: string; readonly message: string; readonly facts: unknown } | undefined
}

const workers: Readonly<Record<string, () => Worker>> = {
  default: () => new Worker(new URL('./worker.ts', import.meta.url), { type: 'module' }),
  strict: () => new Worker(new URL('./worker-strict.ts', import.meta.url), { type: 'module' }),
  typescript: () => new Worker(new URL('./worker-typescript.ts', import.meta.url), { type: 'module' }),
  url: () => new Worker(new URL('./worker-url.ts', import.meta.url), { type: 'module' }),
  bytes: () => new Worker(new URL('./worker-bytes.ts', import.meta.url), { type: 'module' }),
  module: () => new Worker(new URL('./worker-module.ts', import.meta.url), { type: 'module' }),
  without: () => new Worker(new URL('./worker-without.ts', import.meta.url), { type: 'module' }),
  'no IndexedDB': () =>
    new Worker(new URL('./worker-lacking.ts', import.meta.url), { type: 'module', name: 'no IndexedDB' }),
  'no Web Locks': () =>
    new Worker(new URL('./worker-lacking.ts', import.meta.url), { type: 'module', name: 'no Web Locks' }),
  'no BroadcastChannel': () =>
    new Worker(new URL('./worker-lacking.ts', import.meta.url), { type: 'module', name: 'no BroadcastChannel' }),
  'IndexedDB that throws': () =>
    new Worker(new URL('./worker-lacking.ts', import.meta.url), { type: 'module', name: 'IndexedDB that throws' }),
  'a store that never opens': () =>
    new Worker(new URL('./worker-lacking.ts', import.meta.url), { type: 'module', name: 'a store that never opens' }),
}

let current: Worker | undefined

function options(asked: URLSearchParams): TabOptions {
  const timeout = asked.get('timeout')
  const abort = new AbortController()
  if (asked.has('abort')) setTimeout(() => abort.abort(), 50)
  return {
    signal: abort.signal,
    ...(asked.has('fallback') && { fallback: 'memory' }),
    ...(timeout !== null && { timeout: `${Number(timeout)} ms` }),
  }
}

try {
  const asked = new URLSearchParams(location.search)
  const worker = workers[asked.get('worker') ?? 'default']
  if (worker === undefined) throw new Error('there is no such worker')
  const start = () => {
    current = worker()
    return current
  }
  const tab = await openTab(start, options(asked))
  globalThis.platform = {
    tab,
    async add() {
      const { durable } = tab.send(Counter.add('a', 1))
      await durable
      return tab.query(Counter.total('a'), { grade: 'committed' })
    },
    fail: (why) => void tab.send(Counter.fail('a', why)).accepted,
    tell: (n) => void tab.send(Counter.tell('a', n)),
    killWorker: () => current?.terminate(),
  }
} catch (error) {
  globalThis.platformFailure =
    error instanceof DarqError
      ? { code: error.code, message: error.message, facts: error.facts }
      : { code: 'none', message: String(error), facts: undefined }
}
