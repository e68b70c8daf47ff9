/**
 * The page that `npm run bench -- pipeline` drives: it passes questions on to workers.
 *
 * @module
 */
import type { GroundAnswer, GroundAsk } from '../flat/asks.ts'
import type { Answer, Ask } from '../remote-stage.ts'

declare global {
  /** Asks the contender's own worker. */
  var askStage: (contender: string, ask: Ask) => Promise<Answer>
  /** Asks a worker that has just started. */
  var askGround: (ask: GroundAsk) => Promise<GroundAnswer>
}

const stages = new Map<string, Worker>()

globalThis.askStage = (contender, ask) => {
  let worker = stages.get(contender)
  if (worker === undefined) {
    worker = new Worker(new URL('../runtimes/browser-worker.ts', import.meta.url), { type: 'module' })
    stages.set(contender, worker)
  }
  return put<Answer>(worker, ask)
}

globalThis.askGround = async (ask) => {
  const worker = new Worker(new URL('../runtimes/browser-ground.ts', import.meta.url), { type: 'module' })
  try {
    return await put<GroundAnswer>(worker, ask)
  } finally {
    worker.terminate()
  }
}

/** One question at a time to each worker. */
function put<A>(worker: Worker, question: unknown): Promise<A> {
  const { promise, resolve, reject } = Promise.withResolvers<A>()
  const ended = new AbortController()
  const { signal } = ended
  worker.addEventListener('message', ({ data }: MessageEvent<A>) => resolve(data), { signal })
  worker.addEventListener('error', (event) => reject(new Error(`a worker failed: ${event.message}`)), { signal })
  worker.postMessage(question)
  return promise.finally(() => ended.abort())
}
