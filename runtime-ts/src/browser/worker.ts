/**
 * `@darq/runtime/worker`: the part of a tab that hosts. Import it from a module worker.
 *
 * @module
 */
import { expose } from 'comlink'
import type { HostOptions } from '../crest/host/host.ts'
import { type Hosted, openHosted } from '../crest/host/host.ts'
import { tellConsole } from '../crest/host/on-console.ts'
import { secureRandom, uuid } from '../crest/wire/random.ts'
import { DarqError, type ErrorFacts, tell, toFacts } from '../error.ts'
import type { Storage } from '../storage/contract.ts'
import { indexedDB } from '../storage/indexed-db.ts'
import { memory } from '../storage/memory.ts'
import { type Hosting, openHosting } from './hosting.ts'
import { leaderLock } from './leader-lock.ts'
import { holdLife, type Life } from './life-lock.ts'
import type { LinkAnswerer } from './link-answerer.ts'
import { answerPort } from './link-port.ts'
import { openLoneHosting, refuseHosting } from './lone-hosting.ts'
import { missingHere, noLocks } from './platform.ts'
import { steadyClock } from './steady-clock.ts'
import type { TabWorker, WorkerStatus } from './tab-worker.ts'

export interface ServeTabOptions extends HostOptions {
  /** Shared by the tabs. Default: IndexedDB, in the database `darq/<name>`. */
  readonly storage?: Storage
  /**
   * A failure that has no caller, and where: the name of a DARQ (a handler that threw, an effect that failed), a peer, the
   * `host`, its `core`. Also in the page, as `tab.status.last_error`. Default: `console.error` of this worker.
   */
  readonly onError?: (error: DarqError, where: string) => void
}

/** Failures that come in a row are shown to the page as one. */
const show_after_ms = 100
/** What waits for other hosts is counted so often. */
const count_every_ms = 1_000

/**
 * Hosts participants in this worker, for the page that opened it with `openTab`, and for the pages of all other tabs of this
 * origin that host the same name: one of their workers at a time has the host, the others send to it. When that tab is
 * closed, crashes or freezes, another takes over with what is in the storage.
 *
 * Call it once, while the worker's module is evaluated. It never throws: why there is no host (`unsupported` where there are
 * no Web Locks, as outside a secure context) is told to the page, whose `openTab` rejects.
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
 */
export function serveTab(options: ServeTabOptions): void {
  const { name, onError = tellConsole } = options
  const clock = steadyClock()
  const storage = options.storage ?? indexedDB(`darq/${name}`)
  let listener: ((status: WorkerStatus) => void) | undefined
  let last_error: ErrorFacts | undefined
  let fallback: ErrorFacts | undefined
  let isDue = false
  /** The newest that was opened here. */
  let hosted: Hosted | undefined
  let backlog: Readonly<Record<string, number>> = {}

  function show(): void {
    isDue = false
    listener?.({ ...hosting.status, last_error, backlog, fallback })
  }

  function failed(error: DarqError, where: string): void {
    last_error = toFacts(error)
    tell(onError, error, where)
    if (isDue) return
    isDue = true
    clock.wake(clock.now_ms() + show_after_ms, show)
  }

  async function open(storage: Storage): Promise<Hosted> {
    hosted = await openHosted({ ...options, storage, unreachable: true, onError: failed })
    return hosted
  }

  function count(): void {
    clock.wake(clock.now_ms() + count_every_ms, count)
    const counted = backlogOf(hosted)
    if (JSON.stringify(counted) === JSON.stringify(backlog)) return
    backlog = counted
    show()
  }

  function openShared(): Hosting {
    const missing = missingHere(globalThis)
    if (missing !== undefined) return refuseHosting(missing, clock)
    return openHosting({
      name,
      open: () => open(storage),
      lock: leaderLock(navigator.locks, name),
      channel: (channel) => new BroadcastChannel(channel),
      clock,
      random: Math.random,
      uniqueName,
      show,
    })
  }

  let hosting = openShared()
  count()
  // What a page holds is a link that stays, whatever is behind it.
  const link: Hosting['link'] = {
    enqueue: (request, report) => hosting.link.enqueue(request, report),
    query: (request, grade) => hosting.link.query(request, grade),
    watch: (request, see, signal) => hosting.link.watch(request, see, signal),
    expected: (to, producer) => hosting.link.expected(to, producer),
    pending: (to) => hosting.link.pending(to),
    counts: (to) => hosting.link.counts(to),
  }
  expose(
    forPage({
      link,
      hosting: () => hosting,
      listen(listening) {
        listener = listening
        show()
      },
      fallBack(reason) {
        if (fallback !== undefined) return
        fallback = reason
        void hosting.end()
        hosting = openLoneHosting({
          open: () => open(memory()),
          clock,
          show,
        })
        show()
      },
    }),
  )
}

/** Between two lives of a host, and after its last, nothing is known. */
function backlogOf(hosted: Hosted | undefined): Readonly<Record<string, number>> {
  try {
    return hosted?.engine.backlog ?? {}
  } catch (error) {
    if (!(error instanceof DarqError)) throw error
    return {}
  }
}

interface Served {
  readonly link: Hosting['link']
  readonly hosting: () => Hosting
  readonly listen: (show: (status: WorkerStatus) => void) => void
  readonly fallBack: (reason: ErrorFacts) => void
}

function forPage({ link, hosting, listen, fallBack }: Served): TabWorker {
  let answerer: LinkAnswerer | undefined
  let life: Life | undefined
  let asleep = false
  async function live(): Promise<string | undefined> {
    if (missingHere(globalThis) !== undefined) return undefined
    const next = await holdLife(navigator.locks, uniqueName()).catch(noneIfRefused)
    if (next === undefined) return undefined
    life?.release()
    life = next
    if (asleep) next.release()
    return next.name
  }
  return {
    connect(port, show) {
      answerer?.close(new DarqError('unavailable', { message: 'the page has connected anew' }))
      answerer = answerPort(port, link)
      listen(show)
      return live()
    },
    fallBack,
    sleep() {
      asleep = true
      life?.release()
      hosting().sleep()
    },
    wake() {
      asleep = false
      hosting().wake()
      return live()
    },
    retry: () => hosting().retry(),
    end: () => hosting().end(),
  }
}

/** Where locks are refused the host says so; the heartbeat tells the page whether this worker lives. */
function noneIfRefused(error: unknown): undefined {
  if (noLocks(error) === undefined) throw error
}

/** `crypto.randomUUID` is for secure contexts alone. */
function uniqueName(): string {
  return uuid(secureRandom)
}
