/**
 * One worker, from the page's side: connected, and watched for its end.
 *
 * @module
 */
import { proxy, transfer, wrap } from 'comlink'
import type { Link } from '../crest/wire/link.ts'
import type { Clock } from '../engine/types.ts'
import { DarqError, type ErrorFacts } from '../error.ts'
import { startHeartbeat } from './heartbeat.ts'
import { awaitDeath } from './life-lock.ts'
import { callPort } from './link-port.ts'
import type { TabWorker, WorkerStatus } from './tab-worker.ts'

export const workerLimits = {
  ping_every_ms: 1_000,
  /**
   * A worker that lives hangs when it answers none of several pings in a row, while something is wanted of it. So does one
   * that computes for so long without a pause.
   */
  unanswered_max: 10,
  /** The same until its script has loaded. */
  unansweredAtFirst_max: 30,
  /** How long a worker may take to close its host before it is terminated. */
  end_ms_max: 6_000,
} as const

export interface StartedWorker {
  /** Rejects everything with `unavailable` once the worker is gone. */
  readonly link: Link
  fallBack(reason: ErrorFacts): void
  sleep(): void
  wake(): void
  retry(): void
  /** Lets the worker close its host, for a bounded time, and terminates it. */
  end(): Promise<void>
}

export interface WorkerNews {
  /** It has loaded and answered for the first time. */
  answered(): void
  /** Hosting has changed. */
  show(status: WorkerStatus): void
  /**
   * It is gone, and terminated in case it is not. Told once, unless it was ended.
   *
   * @param unloaded its script could not be had
   */
  gone(error: DarqError, unloaded: boolean): void
}

export function startWorker(worker: Worker, clock: Clock, news: WorkerNews): StartedWorker {
  const { port1, port2 } = new MessageChannel()
  const caller = callPort(port1)
  const remote = wrap<TabWorker>(worker)
  let answered = false
  let asleep = false
  let over = false
  /** Ends the wait for the worker's death. */
  let attending = new AbortController()

  const stopBeating = startHeartbeat({
    clock,
    every_ms: workerLimits.ping_every_ms,
    unanswered_max: () => (answered ? workerLimits.unanswered_max : workerLimits.unansweredAtFirst_max),
    wanted: () => !asleep && (!answered || caller.waiting > 0),
    ping: caller.ping,
    dead: () => lose('it does not answer'),
  })
  worker.addEventListener('error', failed)
  worker.addEventListener('messageerror', unreadable)
  const show = (status: WorkerStatus) => {
    if (!over) news.show(status)
  }
  attend(remote.connect(transfer(port2, [port2]), proxy(show)))

  /** @param life settles never if the worker dies before: then the heartbeat tells */
  function attend(life: Promise<string | undefined>): void {
    attending.abort()
    attending = new AbortController()
    const { signal } = attending
    life.then(
      (name) => {
        if (signal.aborted) return
        // Without locks the heartbeat tells, later.
        if (name !== undefined) awaitDeath(navigator.locks, name, signal, () => lose('it has ended'))
        answered = true
        news.answered()
      },
      (error: unknown) => lose(String(error)),
    )
  }

  function failed(event: Event): void {
    // Once it runs, an error that the application did not catch is not the worker's end.
    if (answered) return
    if (event instanceof ErrorEvent) lose(event.message)
    else lose('its script could not be loaded', true)
  }

  function unreadable(): void {
    lose('a message from it could not be read')
  }

  function lose(why: string, unloaded = false): void {
    if (over) return
    const error = new DarqError('unavailable', { message: `the tab's worker is gone: ${why}` })
    stop(error)
    news.gone(error, unloaded)
  }

  function stop(error: DarqError): void {
    over = true
    stopBeating()
    attending.abort()
    worker.removeEventListener('error', failed)
    worker.removeEventListener('messageerror', unreadable)
    worker.terminate()
    caller.lose(error)
  }

  return {
    link: caller.link,
    fallBack: (reason) => void remote.fallBack(reason),
    sleep() {
      asleep = true
      attending.abort()
      void remote.sleep()
    },
    wake() {
      asleep = false
      attend(remote.wake())
    },
    retry: () => void remote.retry(),
    async end() {
      if (over) return
      const { promise: late, resolve } = Promise.withResolvers<void>()
      const takeBack = clock.wake(clock.now_ms() + workerLimits.end_ms_max, resolve)
      await Promise.race([remote.end(), late])
      takeBack()
      stop(new DarqError('closed', { message: 'the tab was closed' }))
    },
  }
}
