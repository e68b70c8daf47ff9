/**
 * The platform's clock: what `openHost`, a tab's worker and a Durable Object give to the engine.
 *
 * @module
 */
import type { Clock } from './engine/types.ts'

/** The longest that `setTimeout` can wait. */
const timeout_ms_max = 2 ** 31 - 1

/**
 * @returns a clock over `Date.now`, `setTimeout`, and the platform's quickest macrotask: `setImmediate` where there is one; in
 * browsers a `MessageChannel`, because nested timers wait 4 ms there; else `setTimeout`. In workerd that takes 5 µs, and a
 * message between ports is a microtask, which comes before the promises that it is to wait for.
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
  if (!isBrowser()) return (run) => void setTimeout(run, 0)
  const { port1, port2 } = new MessageChannel()
  const waiting: (() => void)[] = []
  port1.onmessage = () => waiting.shift()?.()
  return (run) => {
    waiting.push(run)
    port2.postMessage(0)
  }
}

/** A page or one of its workers: of the others that call themselves workers, workerd says who it is. */
function isBrowser(): boolean {
  if (typeof MessageChannel === 'undefined') return false
  if (typeof document !== 'undefined') return true
  return typeof WorkerGlobalScope !== 'undefined' && navigator.userAgent !== 'Cloudflare-Workers'
}
