/**
 * `@darq/runtime/browser`: the page's side. The engine is in the worker; what the page downloads is a client.
 *
 * @module
 */
import { openClient } from '../crest/client/client.ts'
import type { Client } from '../crest/client/client-types.ts'
import { milliseconds, type Span } from '../crest/define/span.ts'
import { mintProducer } from '../crest/wire/producer-id.ts'
import { secureRandom, uuid } from '../crest/wire/random.ts'
import { DarqError, type ErrorFacts, fromFacts, toFacts } from '../error.ts'
import { watchStorage } from './origin-storage.ts'
import { watchPageLife } from './page-life.ts'
import { steadyClock } from './steady-clock.ts'
import { openStatusBoard, type TabStatus } from './tab-status.ts'
import type { WorkerStatus } from './tab-worker.ts'
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
   * Whether to ask the browser to keep this origin's storage (`navigator.storage.persist()`), at the first message that is
   * sent; some ask the person. Default true. `status.persisted` says what came of it.
   */
  readonly persist?: boolean
  /** How long to wait for a host. Default 30 seconds. */
  readonly timeout?: Span
  /** Gives up waiting for a host: rejects with `cancelled`. */
  readonly signal?: AbortSignal
  /**
   * What to do where the platform refuses a host that keeps what it is sent: by default reject. `'memory'`: go on with one in
   * memory, which other tabs don't share and which ends with the page; `status.fallback` says why. At once where it is
   * refused for good or by policy, at the end of `timeout` where it is refused for now (no room, a store that can't be
   * opened). Damaged or newer data, and a host that must run on Wasm, are no such refusals.
   */
  readonly fallback?: 'memory'
}

/** This many workers in a row that never answer, and the asker is given up. */
const failures_max = 5
/** What a host in memory is the answer to. */
const refusals: ReadonlySet<string> = new Set(['unsupported', 'quota', 'storage', 'timeout'])

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
 * @example
 * In private windows and sandboxed frames, better for this visit alone than not at all:
 * ```ts
 * const start = () => new Worker(new URL('./flights.worker.ts', import.meta.url), { type: 'module' })
 * const tab = await openTab(start, { fallback: 'memory', timeout: '5 seconds' })
 * if (tab.status.fallback !== undefined) console.warn('Nothing is kept when this page is closed.')
 * ```
 * @returns resolves when there is a host: here or in another tab
 * @throws {DarqError} why there is none: `unsupported` where the platform refuses one for good or by policy; `quota`, `storage`
 * or `timeout` after `timeout`; `newer_format`, `corrupt`, … of its storage; `wasm_unavailable`; `unavailable` when the
 * worker's script could not be loaded or does not answer; `cancelled` by `signal`
 */
export async function openTab(worker: Worker | (() => Worker), options: TabOptions = {}): Promise<Tab> {
  const { persist = true, timeout = '30 seconds', signal, fallback } = options
  const timeout_ms = milliseconds(timeout)
  if (signal?.aborted) throw new DarqError('cancelled')
  const clock = steadyClock()
  const hosted = Promise.withResolvers<void>()
  let hasFallen = false
  let stopTimer = () => {}
  const board = openStatusBoard({
    role: 'follower',
    durability: 'best-effort',
    core: undefined,
    wasm_error: undefined,
    reason: undefined,
    last_error: undefined,
    backlog: {},
    fallback: undefined,
    online: navigator.onLine,
    persisted: false,
    usage_bytes: undefined,
    quota_bytes: undefined,
  })
  const keeper = keepWorker({
    worker,
    clock,
    serverAnswers,
    show(status) {
      board.change(shownOf(status))
      const { reason } = board.status
      if (status.host !== undefined) hosted.resolve()
      else if (reason !== undefined && !reason.retryable && !fellBack(reason)) hosted.reject(reason)
    },
    gone(error, failures) {
      board.change({ role: 'follower', reason: error })
      if (failures === undefined || failures >= failures_max) hosted.reject(error)
      // There will be no other worker: what is pending is told now, instead of being sent again in vain.
      if (failures === undefined) void client.close()
    },
  })

  /** @returns whether a host in memory is on its way because of that */
  function fellBack(reason: DarqError): boolean {
    if (fallback !== 'memory' || hasFallen || !refusals.has(reason.code)) return false
    hasFallen = true
    keeper.fallBack(toFacts(reason))
    startTimer()
    return true
  }

  /** A host in memory has as long again. */
  function startTimer(): void {
    stopTimer()
    stopTimer = clock.wake(clock.now_ms() + timeout_ms, () => {
      const late = new DarqError('timeout', { message: 'there is no host in time', facts: { timeout_ms } })
      const reason = board.status.reason ?? late
      if (!fellBack(reason)) hosted.reject(reason)
    })
  }

  startTimer()
  const cancel = () => hosted.reject(new DarqError('cancelled'))
  signal?.addEventListener('abort', cancel, { once: true })
  const stopListening = watchPageLife({
    sleep: keeper.sleep,
    wake: keeper.wake,
    end: () => void keeper.end(),
    online(online) {
      board.change({ online })
      if (online) keeper.retry()
    },
  })
  const storage = watchStorage(clock, persist, board.change)
  const client = openClient({
    link: keeper.link,
    producer: options.producer ?? producerForThisPage(),
    fresh: options.producer === undefined,
    async onClose() {
      stopListening()
      storage.close()
      await keeper.end()
      board.close()
    },
  })
  try {
    await hosted.promise
  } catch (error) {
    void client.close()
    throw error
  } finally {
    stopTimer()
    signal?.removeEventListener('abort', cancel)
  }
  return {
    send(message, options) {
      storage.wrote()
      return client.send(message, options)
    },
    call(message, options) {
      storage.wrote()
      return client.call(message, options)
    },
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

/** While the lead changes hands there is no host to ask: what it was before is the best answer. */
function shownOf({ role, host, reason, last_error, backlog, fallback }: WorkerStatus): Partial<TabStatus> {
  return {
    role,
    reason: errorOf(reason),
    last_error: errorOf(last_error),
    backlog,
    fallback: errorOf(fallback),
    ...(host !== undefined && { durability: host.durability, core: host.core, wasm_error: errorOf(host.wasm_error) }),
  }
}

function errorOf(facts: ErrorFacts | undefined): DarqError | undefined {
  return facts === undefined ? undefined : fromFacts(facts)
}

/** Its birth time lets a host forget, one day, who has not been heard for long. */
function producerForThisPage(): string {
  return mintProducer('tab', Date.now(), uuid(secureRandom))
}

/** Any answer will do: it tells a script that is gone from a server, or a network, that is. */
async function serverAnswers(): Promise<boolean> {
  try {
    await fetch(location.href, { method: 'HEAD', cache: 'no-store' })
    return true
  } catch {
    return false
  }
}
