/**
 * The pause between two events.
 *
 * @module
 */

// As it is now: while simulations run, something else may stand in for it.
const immediate = typeof setImmediate === 'function' ? setImmediate : undefined

/** Lets every promise that can settle do so. */
export const settled: () => Promise<void> =
  immediate !== undefined
    ? () => new Promise((resolve) => immediate(resolve))
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
