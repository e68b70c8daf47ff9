/**
 * What happens to a page that its worker has to know.
 *
 * @module
 */

export interface PageLife {
  /** The page is about to be frozen; it may go on one day. */
  sleep(): void
  wake(): void
  /** The page is left for good. */
  end(): void
  /** The browser says that there is a network, or none. */
  online(online: boolean): void
}

/** @returns stops listening */
export function watchPageLife(life: PageLife): () => void {
  const listening = new AbortController()
  const { signal } = listening
  const on = (target: EventTarget, type: string, listen: (event: Event) => void) =>
    target.addEventListener(type, listen, { signal })
  on(window, 'pagehide', (event) => {
    if (event instanceof PageTransitionEvent && event.persisted) life.sleep()
    else life.end()
  })
  on(document, 'freeze', () => life.sleep())
  on(document, 'resume', () => life.wake())
  on(window, 'pageshow', (event) => {
    // The first `pageshow` of a page that was loaded comes without a `pagehide` before it.
    if (event instanceof PageTransitionEvent && event.persisted) life.wake()
  })
  on(window, 'online', () => life.online(true))
  on(window, 'offline', () => life.online(false))
  return () => listening.abort()
}
