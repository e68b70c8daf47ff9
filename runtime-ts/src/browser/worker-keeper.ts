/**
 * The page's hold on its worker: puts another in the place of one that is gone, where it may.
 *
 * @module
 */
import type { Link } from '../crest/wire/link.ts'
import type { Clock } from '../engine/types.ts'
import { DarqError, type ErrorFacts } from '../error.ts'
import { noWorker } from './platform.ts'
import { openRelay } from './relay.ts'
import { type StartedWorker, startWorker } from './started-worker.ts'
import type { WorkerStatus } from './tab-worker.ts'

export const keeperLimits = {
  /** How long a call waits while there is no worker, before it rejects with `unavailable`. */
  wait_ms: 15_000,
  /** The pause before another worker is started: doubles while they never come to answer. */
  restart_ms_min: 100,
  restart_ms_max: 30_000,
  /** This many scripts in a row that could not be loaded, and the server is asked whether it is there. */
  unloaded_max: 2,
} as const

export interface KeeperOptions {
  /** A worker, or what makes one: then it is replaced when it is gone. */
  readonly worker: Worker | (() => Worker)
  readonly clock: Clock
  /** Hosting has changed. */
  readonly show: (status: WorkerStatus) => void
  /** Whether the server answers, whatever it says: asked when a script that was there once can't be loaded. */
  readonly serverAnswers: () => Promise<boolean>
  /**
   * A worker is gone.
   *
   * @param failures how many were lost since the last one answered; `undefined`: there will be no other
   */
  readonly gone: (error: DarqError, failures: number | undefined) => void
}

export interface WorkerKeeper extends Omit<StartedWorker, 'link'> {
  /** Leads to the host through whatever worker there is. */
  readonly link: Link
}

export function keepWorker({ worker, clock, show, gone, serverAnswers }: KeeperOptions): WorkerKeeper {
  const relay = openRelay({ clock, wait_ms: keeperLimits.wait_ms })
  let asleep = false
  let failures = 0
  let stopWaiting = () => {}
  let current: StartedWorker | undefined
  /** A worker of this page has run: its script was there. */
  let wasLoaded = false
  let fallback: ErrorFacts | undefined

  function start(next: Worker): void {
    const started = startWorker(next, clock, {
      show,
      answered() {
        failures = 0
        wasLoaded = true
      },
      gone(error, unloaded) {
        if (current === started) current = undefined
        replace(error, unloaded && wasLoaded)
      },
    })
    current = started
    if (fallback !== undefined) started.fallBack(fallback)
    if (asleep) started.sleep()
    relay.use(started.link)
  }

  /** @param unloaded the script was there once */
  function replace(error: DarqError, unloaded: boolean): void {
    if (typeof worker !== 'function') {
      relay.refuse(error)
      gone(error, undefined)
      return
    }
    relay.lose(error)
    const pause_ms = Math.min(keeperLimits.restart_ms_min * 2 ** failures, keeperLimits.restart_ms_max)
    failures += 1
    stopWaiting = clock.wake(clock.now_ms() + pause_ms, make)
    if (unloaded && failures >= keeperLimits.unloaded_max) void tellWhy(error, failures)
    else gone(error, failures)
  }

  /** One failure alone may be a network that changes, or a server that restarts. */
  async function tellWhy(error: DarqError, failed: number): Promise<void> {
    const answers = await serverAnswers()
    // Another has come to life meanwhile.
    if (failures < failed) return
    const left = new DarqError('version_gone', {
      message: 'this version of the page is gone: its worker can not be loaded any more. Reload the page',
      facts: { do: 'reload the page' },
    })
    gone(answers ? left : error, failed)
  }

  function make(): void {
    let made: Worker
    try {
      made = typeof worker === 'function' ? worker() : worker
    } catch (thrown) {
      const error = noWorker(thrown)
      relay.refuse(error)
      // Not before whoever called has what it needs to hear it.
      queueMicrotask(() => gone(error, undefined))
      return
    }
    start(made)
  }

  make()

  return {
    link: relay.link,
    fallBack(reason) {
      fallback = reason
      current?.fallBack(reason)
    },
    sleep() {
      asleep = true
      current?.sleep()
    },
    wake() {
      asleep = false
      current?.wake()
    },
    retry: () => current?.retry(),
    async end() {
      stopWaiting()
      await current?.end()
      relay.refuse(new DarqError('closed', { message: 'the tab was closed' }))
    },
  }
}
