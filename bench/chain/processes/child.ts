/**
 * A process with one host, as the benchmark sees it.
 *
 * @module
 */
import { type ChildProcess, fork } from 'node:child_process'
import { join } from 'node:path'
import type { EnqueueRequest, Graded, QueryRequest, ViewFacts, Link as Way } from '@darq/runtime/transport'
import type { Request } from '../link.ts'
import type { Ask, HostSpec, Told } from './asks.ts'

type Unnumbered<T> = T extends unknown ? Omit<T, 'id'> : never
type Counts = Extract<Told, { counts: object }>['counts']

/** Whoever waits for what a process says to one question. */
interface Waiting {
  readonly told: (told: Told) => void
  readonly over: PromiseWithResolvers<void>
}

export class Child {
  readonly #process: ChildProcess
  readonly #waiting = new Map<number, Waiting>()
  #asked = 0

  private constructor(child: ChildProcess) {
    this.#process = child
    child.on('message', (told: Told) => this.#heard(told))
    child.on('exit', () => {
      for (const { over } of this.#waiting.values()) over.reject(new Error('the process of a host is gone'))
    })
  }

  /** @returns once its host is open */
  static async start(spec: HostSpec): Promise<Child> {
    const file = join(import.meta.dirname, 'host-process.ts')
    const child = new Child(fork(file, [JSON.stringify(spec)], { serialization: 'advanced' }))
    await child.#wait(0, () => {})
    return child
  }

  #wait(id: number, told: (told: Told) => void): Promise<void> {
    const over = Promise.withResolvers<void>()
    this.#waiting.set(id, { told, over })
    return over.promise
  }

  #heard(told: Told): void {
    const waiting = this.#waiting.get(told.id)
    if (waiting === undefined) return
    if ('done' in told || 'error' in told) this.#waiting.delete(told.id)
    if ('done' in told) waiting.over.resolve()
    else if ('error' in told) waiting.over.reject(new Error(told.error))
    else waiting.told(told)
  }

  #ask(ask: Unnumbered<Ask>, told: (told: Told) => void): Promise<void> {
    this.#asked += 1
    const over = this.#wait(this.#asked, told)
    this.#process.send({ ...ask, id: this.#asked })
    return over
  }

  pass(request: Request): Promise<void> {
    return this.#ask({ ask: 'pass', request }, () => {})
  }

  counts(): Promise<Counts> {
    const { promise, resolve, reject } = Promise.withResolvers<Counts>()
    this.#ask({ ask: 'counts' }, (told) => 'counts' in told && resolve(told.counts)).catch(reject)
    return promise
  }

  /** For clients that send and watch, and nothing else. */
  get way(): Way {
    const no = async () => {
      throw new TypeError('the benchmark does not ask for this')
    }
    const watch = (request: QueryRequest, see: (view: ViewFacts) => void) =>
      this.#ask({ ask: 'watch', request }, (told) => 'view' in told && see(told.view))
    return {
      enqueue: (request: EnqueueRequest, report: (graded: Graded) => void) =>
        this.#ask({ ask: 'enqueue', request }, (told) => 'graded' in told && report(told.graded)),
      async watch(request: QueryRequest, see: (view: ViewFacts) => void, signal: AbortSignal) {
        const aborted = Promise.withResolvers<void>()
        signal.addEventListener('abort', () => aborted.resolve())
        await Promise.race([watch(request, see), aborted.promise])
      },
      query: no,
      expected: no,
      pending: no,
      counts: no,
    }
  }

  async stop(): Promise<void> {
    const gone = new Promise<void>((resolve) => this.#process.once('exit', () => resolve()))
    this.#process.disconnect()
    await gone
  }
}
