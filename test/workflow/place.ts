/**
 * A host for workflows under virtual time, which can be opened again with other code over the same storage.
 *
 * @module
 */
import { address, call, type DarqError, type Host, type Participant, participant, query, table } from '@darq/runtime'
import { control, type InstanceFacts } from '@darq/runtime/workflow'
import * as v from 'valibot'
import { quiet } from '../crest/virtual-clock.ts'
import { World } from '../crest/world.ts'

/** What most of these tests' workflows are: they take a number, some messages, and come to a text. */
export const Job = address(
  'job/*',
  {
    start: call(v.nullable(v.number()), v.string()),
    go: v.object({ n: v.number() }),
    other: v.object({ n: v.number() }),
    shown: query(v.number()),
  },
  { darqs: 1 },
)
export const job_darq = 'job/~0'

/** Answers with the number, and remembers who has asked. */
export const Echo = address('echo', {
  ask: call(v.number(), v.number()),
  tell: v.string(),
  told: query(v.record(v.string(), v.number())),
})
export const echo = participant(Echo, {
  state: { told: table(v.number()) },
  on: {
    ask: (_step, n) => n,
    tell(step, what) {
      step.state.told.update(what, (times = 0) => times + 1)
    },
    told: (read) => Object.fromEntries(read.state.told.entries()),
  },
})

export class WorkflowPlace implements AsyncDisposable {
  readonly world = new World()
  #host: Host | undefined

  get host(): Host {
    if (this.#host === undefined) throw new Error('open it first')
    return this.#host
  }

  /** Opens the host, closing the one before. */
  async open(...participants: Participant[]): Promise<Host> {
    await this.#host?.close()
    this.#host = await this.world.open({ participants: [echo, ...participants] })
    await this.settled()
    return this.#host
  }

  /** Starts an instance, and waits until it has gone as far as it can. */
  async start(key: string, input: number | null = 1): Promise<void> {
    const { receipt } = this.host.call(Job.start(key, input))
    await receipt.committed
    await this.settled()
  }

  /** What it has come to, or comes to. */
  result(key: string, input: number | null = 1): Promise<string> {
    const asked = this.host.call(Job.start(key, input))
    return asked.then((value) => value)
  }

  settled(): Promise<void> {
    return quiet()
  }

  advance(span_ms: number): Promise<void> {
    return this.world.clock.advance(span_ms)
  }

  describe(key: string): Promise<InstanceFacts> {
    return this.host.query(control(Job).describe(key))
  }

  async letters(): Promise<readonly (readonly [name: string, code: DarqError['code']])[]> {
    const letters = await this.host.inspect(job_darq).deadLetters()
    return letters.map(({ name, error }) => [name, error.code] as const)
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.world[Symbol.asyncDispose]()
  }
}
