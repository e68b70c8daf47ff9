/**
 * The page's hold on its worker: puts another in the place of one that is gone, where it may.
 *
 * @module
 */
import type { Link } from '../crest/wire/link.ts'
import type { Clock } from '../engine/types.ts'
import { DarqError } from '../error.ts'
import { openRelay } from './relay.ts'
import { type StartedWorker, startWorker } from './started-worker.ts'
import type { HostingStatus } from './tab-worker.ts'

export const keeperLimits = {
  /** How long a call waits while there is no worker, before it rejects with `unavailable`. */
  wait_ms: 15_000,
  /** The pause before another worker is started: doubles while they never come to answer. */
  restart_ms_min: 100,
  restart_ms_max: 30_000,
} as const

export interface KeeperOptions {
  /** A worker, or what makes one: then it is replaced when it is gone. */
  readonly worker: Worker | (() => Worker)
  readonly clock: Clock
  /** Hosting has changed. */
  readonly show: (status: HostingStatus) => void
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

export function keepWorker({ worker, clock, show, gone }: KeeperOptions): WorkerKeeper {
  const relay = openRelay({ clock, wait_ms: keeperLimits.wait_ms })
  let asleep = false
  let failures = 0
  let stopWaiting = () => {}
  let current: StartedWorker | undefined

  function start(next: Worker): void {
    const started = startWorker(next, clock, {
      show,
      answered() {
        failures = 0
      },
      gone(error) {
        if (current === started) current = undefined
        replace(error)
      },
    })
    current = started
    if (asleep) started.sleep()
    relay.use(started.link)
  }

  function replace(error: DarqError): void {
    if (typeof worker !== 'function') {
      relay.refuse(error)
      gone(error, undefined)
      return
    }
    relay.lose(error)
    const pause_ms = Math.min(keeperLimits.restart_ms_min * 2 ** failures, keeperLimits.restart_ms_max)
    failures += 1
    stopWaiting = clock.wake(clock.now_ms() + pause_ms, () => start(worker()))
    gone(error, failures)
  }

  start(typeof worker === 'function' ? worker() : worker)

  return {
    link: relay.link,
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
