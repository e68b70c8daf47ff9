/**
 * The platform's clock: what `openHost`, a tab's worker and a Durable Object give to the engine.
 *
 * @module
 */
import type { Clock } from './engine/types.ts'

/** The longest that `setTimeout` can wait. */
const timeout_ms_max = 2 ** 31 - 1

/**
 * @returns a clock over `Date.now`, `setTimeout`, and the platform's quickest macrotask: `setImmediate` where there is one,
 * else a `MessageChannel` (nested `setTimeout(0)` waits 4 ms in browsers), else `setTimeout`
 */
export function platformClock(): Clock {
  const soon = quickestMacrotask()
  return {
    now_ms: () => Date.now(),
    soon,
    wake(at_ms, run) {
      let timer: ReturnType<typeof setTimeout> | undefined
      const arm = () => {
        const wait_ms = at_ms - Date.now()
        timer = wait_ms > timeout_ms_max ? setTimeout(arm, timeout_ms_max) : setTimeout(run, Math.max(0, wait_ms))
      }
      arm()
      return () => clearTimeout(timer)
    },
  }
}

function quickestMacrotask(): (run: () => void) => void {
  if (typeof setImmediate === 'function') return (run) => void setImmediate(run)
  if (
    typeof MessageChannel === 'undefined' ||
    (typeof document === 'undefined' && typeof WorkerGlobalScope === 'undefined')
  )
    return (run) => void setTimeout(run, 0)
  const ticks = new ChannelTicks()
  return (run) => ticks.ask(run)
}

class ChannelTicks {
  /** Both ports are kept: in workerd they hold each other weakly, and what was posted to one that was collected is lost. */
  readonly #arriving: MessagePort
  readonly #asking: MessagePort
  readonly #waiting: (() => void)[] = []

  constructor() {
    const { port1, port2 } = new MessageChannel()
    this.#arriving = port1
    this.#asking = port2
    this.#arriving.onmessage = () => this.#waiting.shift()?.()
  }

  ask(run: () => void): void {
    this.#waiting.push(run)
    this.#asking.postMessage(0)
  }
}
