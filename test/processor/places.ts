/**
 * Where a processor may be.
 *
 * @module
 */
import { Worker } from 'node:worker_threads'
import type { Darq } from '@darq/runtime/engine'
import {
  attachColocated,
  attachInWorker,
  remoteProcessor,
  type Served,
  type SessionServerOptions,
  serveProcessor,
  streamPair,
} from '@darq/runtime/processor'
import { platformClock } from '../../runtime-ts/src/clock.ts'
import { faults, makeByName } from './fixture/processors.ts'

export interface Place {
  readonly name: string
  /** A processor there that hangs is noticed. */
  readonly isWatched: boolean
  attach(darq: Darq, options?: SessionServerOptions): Served
  end(): Promise<void>
}

const clock = platformClock()
const beats = { beat_ms: 20, silent_ms_max: 2_000, hung_ms_max: 200 }

export function colocated(): Place {
  return {
    name: 'colocated',
    isWatched: false,
    attach(darq, { limits, ...options } = {}) {
      const window = limits?.window
      const served = attachColocated(darq, makeByName, { ...options, retry_ms: 1, ...(window && { window }) })
      faults.disappear = () => served.close()
      return served
    },
    end: async () => {},
  }
}

export function overStream(): Place {
  return {
    name: 'over a stream',
    isWatched: true,
    attach(darq, options = {}) {
      const pair = streamPair({ clock })
      faults.disappear = () => pair.cut()
      const served = serveProcessor(darq, pair.ends[0], { ...options, limits: { ...beats, ...options.limits } })
      remoteProcessor(pair.ends[1], makeByName, { limits: { beat_ms: 20, retry_ms: 1 } })
      return served
    },
    end: async () => {},
  }
}

/** One thread; a new one when the last has died. */
export function inWorker(): Place {
  const workers: Worker[] = []
  let worker: Worker | undefined
  return {
    name: 'in a worker thread',
    isWatched: true,
    attach(darq, options = {}) {
      if (worker === undefined) {
        const fresh = new Worker(new URL('./fixture/worker.ts', import.meta.url))
        fresh.once('exit', () => {
          if (worker === fresh) worker = undefined
        })
        worker = fresh
        workers.push(fresh)
      }
      return attachInWorker(darq, worker, { ...options, limits: { ...beats, ...options.limits } })
    },
    async end() {
      await Promise.all(workers.map((each) => each.terminate()))
    },
  }
}
