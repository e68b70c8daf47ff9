/**
 * `@darq/runtime/worker`: the part of a tab that hosts. Import it from a module worker.
 *
 * @module
 */
import { expose } from 'comlink'
import type { HostOptions } from '../crest/host/host.ts'
import { openHosted } from '../crest/host/host.ts'
import { DarqError } from '../error.ts'
import type { Storage } from '../storage/contract.ts'
import { indexedDB } from '../storage/indexed-db.ts'
import { type Hosting, openHosting } from './hosting.ts'
import { leaderLock } from './leader-lock.ts'
import { holdLife, type Life } from './life-lock.ts'
import type { LinkAnswerer } from './link-answerer.ts'
import { answerPort } from './link-port.ts'
import { steadyClock } from './steady-clock.ts'
import type { HostingStatus, TabWorker } from './tab-worker.ts'

/**
 * Hosts participants in this worker, for the page that opened it with `openTab`, and for the pages of all other tabs of this
 * origin that host the same name: one of their workers at a time has the host, the others send to it. When that tab is
 * closed, crashes or freezes, another takes over with what is in the storage.
 *
 * Call it once, while the worker's module is evaluated.
 *
 * @example
 * ```ts
 * serveTab({ name: 'shop', participants: [counter], routes: { 'account/*': remote('https://edge.example/darq') } })
 * ```
 * @example
 * Where the bundler doesn't ship core.wasm, or a policy forbids Wasm (docs/operations.md):
 * ```ts
 * serveTab({ name: 'shop', participants: [counter], wasm: '/static/core.wasm' })
 * ```
 * @param options `storage` is shared by the tabs; without one it is IndexedDB, in the database `darq/<name>`
 * @throws {DarqError} `unavailable` outside a secure context, where there are no Web Locks
 */
export function serveTab(options: HostOptions & { storage?: Storage }): void {
  const { name } = options
  const storage = options.storage ?? indexedDB(`darq/${name}`)
  const listeners = new Set<(status: HostingStatus) => void>()
  const hosting = openHosting({
    name,
    open: () => openHosted({ ...options, storage, unreachable: true }),
    lock: leaderLock(navigator.locks, name),
    channel: (channel) => new BroadcastChannel(channel),
    clock: steadyClock(),
    random: Math.random,
    uniqueName: () => crypto.randomUUID(),
    show: (status) => {
      for (const show of listeners) show(status)
    },
  })
  expose(forPage(hosting, listeners))
}

function forPage(hosting: Hosting, listeners: Set<(status: HostingStatus) => void>): TabWorker {
  let answerer: LinkAnswerer | undefined
  let life: Life | undefined
  let asleep = false
  async function live(): Promise<string> {
    const next = await holdLife(navigator.locks, crypto.randomUUID())
    life?.release()
    life = next
    if (asleep) next.release()
    return next.name
  }
  return {
    connect(port, show) {
      answerer?.close(new DarqError('unavailable', { message: 'the page has connected anew' }))
      answerer = answerPort(port, hosting.link)
      listeners.clear()
      listeners.add(show)
      show(hosting.status)
      return live()
    },
    sleep() {
      asleep = true
      life?.release()
      hosting.sleep()
    },
    wake() {
      asleep = false
      hosting.wake()
      return live()
    },
    retry: hosting.retry,
    end: hosting.end,
  }
}
