/**
 * How long somebody is willing to wait.
 *
 * @module
 */
import type { Clock } from '../../engine/types.ts'
import { DarqError } from '../../error.ts'
import { milliseconds } from '../define/span.ts'
import type { AskOptions } from './client-types.ts'

/**
 * Calls `stop` once, when `signal` aborts or the time is over.
 *
 * @returns ends it without a call
 */
export function deadline(
  clock: Clock,
  { signal, timeout_ms }: { readonly signal: AbortSignal | undefined; readonly timeout_ms: number | undefined },
  stop: (error: DarqError) => void,
): () => void {
  const end = (): void => {
    signal?.removeEventListener('abort', cancelled)
    cancel?.()
  }
  const over = (error: DarqError): void => {
    end()
    stop(error)
  }
  const cancelled = (): void => over(new DarqError('cancelled', { cause: signal?.reason }))
  const cancel =
    timeout_ms === undefined
      ? undefined
      : clock.wake(clock.now_ms() + timeout_ms, () => over(new DarqError('timeout', { facts: { timeout_ms } })))
  if (signal?.aborted) cancelled()
  else signal?.addEventListener('abort', cancelled)
  return end
}

/** @returns what a caller says about it */
export function waiting({ signal, timeout }: AskOptions): {
  signal: AbortSignal | undefined
  timeout_ms: number | undefined
} {
  return { signal, timeout_ms: timeout === undefined ? undefined : milliseconds(timeout) }
}
