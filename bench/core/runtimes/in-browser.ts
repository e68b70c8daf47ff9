/**
 * The browser's own side: runs a plan in the page that imports this, a worker for each contender.
 *
 * @module
 */
import type { Row } from '../../row.ts'
import { type ContenderName, contenderNames } from '../contenders/contender.ts'
import { drive } from '../driver.ts'
import type { Plan } from '../plan.ts'
import { type Answer, type Ask, remoteStage } from '../remote-stage.ts'
import type { Stage } from '../stage.ts'

/**
 * @param runtime the browser's name in the rows
 * @param signal ends the run, and its workers at once
 * @throws what the workers throw, or the signal's reason
 */
export async function runInThisBrowser(
  runtime: string,
  plan: Plan,
  say: (line: string) => void,
  signal?: AbortSignal,
): Promise<Row[]> {
  const workers: Worker[] = []
  const stages = new Map<ContenderName, Stage>()
  const aborted = Promise.withResolvers<never>()
  // Nobody may be waiting when it comes.
  aborted.promise.catch(() => undefined)
  const abort = () => aborted.reject(signal?.reason)
  signal?.addEventListener('abort', abort)
  try {
    signal?.throwIfAborted()
    for (const name of contenderNames) {
      const worker = new Worker(new URL('./browser-worker.ts', import.meta.url), { type: 'module' })
      workers.push(worker)
      const send = (message: Ask | string) => Promise.race([ask(worker, message), aborted.promise])
      const opened = await send(name)
      if ('error' in opened) throw new Error(`${name}: ${opened.error}`)
      stages.set(name, remoteStage(send))
    }
    return await drive({ runtime, stages }, plan, say)
  } finally {
    signal?.removeEventListener('abort', abort)
    for (const worker of workers) worker.terminate()
  }
}

function ask(worker: Worker, message: Ask | string): Promise<Answer> {
  const { promise, resolve, reject } = Promise.withResolvers<Answer>()
  const ended = new AbortController()
  const { signal } = ended
  worker.addEventListener('message', ({ data }: MessageEvent<Answer>) => resolve(data), { signal })
  worker.addEventListener('error', (event) => reject(new Error(`a worker failed: ${event.message}`)), { signal })
  worker.postMessage(message)
  return promise.finally(() => ended.abort())
}
