/**
 * The page that `npm run bench -- stream` drives: it passes questions on to workers.
 *
 * @module
 */
import type { Answer, Ask } from '../stage.ts'

declare global {
  /** Asks a worker that has just started. */
  var askStream: (ask: Ask) => Promise<Answer>
}

globalThis.askStream = async (ask) => {
  const worker = new Worker(new URL('../runtimes/browser-worker.ts', import.meta.url), { type: 'module' })
  try {
    const { promise, resolve, reject } = Promise.withResolvers<Answer>()
    worker.addEventListener('message', ({ data }: MessageEvent<Answer>) => resolve(data))
    worker.addEventListener('error', (event) => reject(new Error(`a worker failed: ${event.message}`)))
    worker.postMessage(ask)
    return await promise
  } finally {
    worker.terminate()
  }
}
