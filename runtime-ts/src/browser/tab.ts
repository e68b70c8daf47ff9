/**
 * `@darq/runtime/browser`: the page's side. The engine is in the worker; what the page downloads is a client.
 *
 * @module
 */
import { openClient } from '../crest/client/client.ts'
import type { Client } from '../crest/client/client-types.ts'
import { mintProducer } from '../crest/wire/producer-id.ts'
import { fromFacts } from '../error.ts'
import { watchPageLife } from './page-life.ts'
import { steadyClock } from './steady-clock.ts'
import { openStatusBoard, type StatusBoard, type TabStatus } from './tab-status.ts'
import type { HostFacts } from './tab-worker.ts'
import { keepWorker } from './worker-keeper.ts'

export type { TabStatus } from './tab-status.ts'

/** A client of the host that this origin's tabs share. */
export interface Tab extends Client {
  readonly status: TabStatus
  /** The status now, and after every change. Ends when `signal` aborts or the tab is closed. */
  watchStatus(options?: { signal?: AbortSignal }): AsyncIterable<TabStatus>
}

export interface TabOptions {
  /**
   * Who sends: messages of one producer are accepted once, whatever is repeated. By default a page gets an id of its own for
   * as long as it lives. Give a stable one, together with `sequence` at each `send`, to go on after the page was closed;
   * then only one page at a time may use it.
   */
  readonly producer?: string
  /**
   * Whether to ask the browser to keep this origin's storage (`navigator.storage.persist()`); some ask the person. Default
   * true. `status.persisted` says what came of it.
   */
  readonly persist?: boolean
}

/** So many workers in a row that never answer, and asker is given up. */
const failures_max = 5

/**
 * Opens the page's way to the host: through its worker, which has called `serveTab`.
 *
 * Given a function that makes the worker, the tab replaces a worker that has died, and what was not committed is sent again:
 * nothing is lost or repeated. Given a worker, what is pending rejects with a retryable error when it has died.
 *
 * @example
 * ```ts
 * const tab = await openTab(() => new Worker(new URL('./flights.worker.ts', import.meta.url), { type: 'module' }))
 * await tab.send(Flights.flight(flight)).durable
 * ```
 * @returns resolves when there is a host: here or in another tab
 * @throws {DarqError} why there is none: `newer_format`, `corrupt`, … of its storage; `unavailable` when the worker's script
 * could not be loaded or does not answer
 */
export async function openTab(worker: Worker | (() => Worker), options: TabOptions = {}): Promise<Tab> {
  const hosted = Promise.withResolvers<void>()
  const board = openStatusBoard({
    role: 'follower',
    durability: 'best-effort',
    core: undefined,
    wasm_error: undefined,
    online: navigator.onLine,
    persisted: false,
    usage_bytes: undefined,
    quota_bytes: undefined,
  })
  const keeper = keepWorker({
    worker,
    clock: steadyClock(),
    show({ role, host, refused }) {
      // While the lead changes hands there is no host to ask: what it was before is the best answer.
      board.change({ role, ...(host !== undefined && shownOf(host)) })
      if (host !== undefined) hosted.resolve()
      else if (refused !== undefined) hosted.reject(fromFacts(refused))
    },
    gone(error, failures) {
      board.change({ role: 'follower' })
      if (failures === undefined || failures >= failures_max) hosted.reject(error)
      // There will be no other worker: what is pending is told now, instead of being sent again in vain.
      if (failures === undefined) void client.close()
    },
  })
  const stopListening = watchPageLife({
    sleep: keeper.sleep,
    wake: keeper.wake,
    end: () => void keeper.end(),
    online(online) {
      board.change({ online })
      if (online) keeper.retry()
    },
  })
  const client = openClient({
    link: keeper.link,
    producer: options.producer ?? producerForThisPage(),
    fresh: options.producer === undefined,
    async onClose() {
      stopListening()
      await keeper.end()
      board.close()
    },
  })
  try {
    await hosted.promise
  } catch (error) {
    void client.close()
    throw error
  }
  void askForStorage(board, options.persist ?? true)
  return {
    send: (message, options) => client.send(message, options),
    call: (message, options) => client.call(message, options),
    query: (message, options) => client.query(message, options),
    watch: (message, options) => client.watch(message, options),
    inspect: (name) => client.inspect(name),
    get session() {
      return client.session
    },
    get status() {
      return board.status
    },
    watchStatus: board.watch,
    close: () => client.close(),
    [Symbol.asyncDispose]: () => client.close(),
  }
}

function shownOf({ durability, core, wasm_error }: HostFacts): Pick<TabStatus, keyof HostFacts> {
  return { durability, core, wasm_error: wasm_error === undefined ? undefined : fromFacts(wasm_error) }
}

/** Its birth time lets a host forget, one day, who has not been heard for long. */
function producerForThisPage(): string {
  return mintProducer('tab', Date.now(), crypto.randomUUID())
}

/** Where there is no storage manager, or it refuses, the status stays: not persisted, size unknown. */
async function askForStorage(board: StatusBoard, persist: boolean): Promise<void> {
  const { storage } = navigator
  if (storage === undefined) return
  try {
    const persisted = (await storage.persisted()) || (persist && (await storage.persist()))
    const { usage, quota } = await storage.estimate()
    board.change({ persisted, usage_bytes: usage, quota_bytes: quota })
  } catch {
    // An origin without storage of its own: nothing is known of it.
  }
}
