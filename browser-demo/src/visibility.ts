/**
 * A browser has few connections for each host, shared by all of its tabs, and a watch holds one: a tab that nobody looks at
 * gives its own back.
 *
 * @module
 */

/** Resolves when the page is seen, or `over`. */
export function whenSeen(over: AbortSignal): Promise<void> {
  if (document.visibilityState === 'visible' || over.aborted) return Promise.resolve()
  return new Promise((resolve) => {
    const look = (): void => {
      if (document.visibilityState === 'hidden' && !over.aborted) return
      document.removeEventListener('visibilitychange', look)
      over.removeEventListener('abort', look)
      resolve()
    }
    document.addEventListener('visibilitychange', look)
    over.addEventListener('abort', look)
  })
}

/** @returns aborts when the page is hidden, or `over` */
export function whileSeen(over: AbortSignal): AbortSignal {
  const hidden = new AbortController()
  const look = (): void => {
    if (document.visibilityState === 'hidden') hidden.abort()
  }
  document.addEventListener('visibilitychange', look, { signal: AbortSignal.any([hidden.signal, over]) })
  return AbortSignal.any([hidden.signal, over])
}
