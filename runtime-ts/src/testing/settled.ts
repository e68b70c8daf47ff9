/**
 * The pause between two events.
 *
 * @module
 */

/** Lets every promise that can settle do so. */
export const settled: () => Promise<void> =
  typeof setImmediate === 'function'
    ? () => new Promise((resolve) => setImmediate(resolve))
    : (() => {
        const { port1, port2 } = new MessageChannel()
        let next: (() => void) | undefined
        port1.onmessage = () => next?.()
        return () =>
          new Promise<void>((resolve) => {
            next = resolve
            port2.postMessage(0)
          })
      })()
