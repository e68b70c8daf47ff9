/**
 * The pauses between events.
 *
 * @module
 */

/** A task of its own each, and every promise that can settle does so in between. */
type Defer = (run: () => void) => void

// As they are now: while simulations run, something else may stand in for them.
const defer: Defer = typeof setImmediate === 'function' ? setImmediate : byMessages()

/** Each way round the platform's loop costs more than many an event: so many turns share one. */
const turns_per_round = 64

/**
 * Takes turn after turn, each when every promise that can settle has done so, until one gives false.
 *
 * @throws what a turn throws
 */
export function eachSettled(turn: () => boolean): Promise<void> {
  return new Promise((resolve, reject) => {
    let isOver = false
    const next = (): void => {
      if (isOver) return
      try {
        isOver = !turn()
        if (isOver) resolve()
      } catch (error) {
        isOver = true
        reject(error)
      }
    }
    const round = (): void => {
      if (isOver) return
      for (let i = 0; i < turns_per_round; i += 1) defer(next)
      defer(round)
    }
    round()
  })
}

function byMessages(): Defer {
  const { port1, port2 } = new MessageChannel()
  const waiting: (() => void)[] = []
  port1.onmessage = () => waiting.shift()?.()
  return (run) => {
    waiting.push(run)
    port2.postMessage(0)
  }
}
