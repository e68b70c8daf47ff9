/**
 * What a job comes to on the transactional implementation: the same participants and the same work, but no log, no faults,
 * no network, another storage and other code for all of it.
 *
 * @module
 */
import { openClient } from '../../runtime-ts/src/crest/client/client.ts'
import { milliseconds } from '../../runtime-ts/src/crest/define/span.ts'
import type { World } from '../../runtime-ts/src/testing/index.ts'
import { Random } from '../../runtime-ts/src/testing/random.ts'
import { eachSettled } from '../../runtime-ts/src/testing/settled.ts'
import { Timeline } from '../../runtime-ts/src/testing/timeline.ts'
import { MemoryStore, openTransactional } from '../../runtime-ts/src/transactional/index.ts'
import type { Job } from './jobs/job.ts'

const events_max = 200_000

export async function oracle(job: Job, seed: number): Promise<unknown> {
  const timeline = new Timeline()
  const root = new Random(seed)
  // The same chance as the simulation gives the driver: its first.
  const random = root.fork()
  const clock = {
    now_ms: () => timeline.now_ms,
    soon: (run: () => void) => void timeline.after(0, run),
    wake: (at_ms: number, run: () => void) => {
      const event = timeline.at(at_ms, run)
      return () => {
        event.run = undefined
      }
    },
  }
  const participants = [...new Set(job.hosts.flatMap((host) => host.participants))]
  const host = await openTransactional({
    name: 'oracle',
    participants,
    store: new MemoryStore(),
    clock,
    random: root.fork().next,
  })
  let clients = 0
  const connect = () =>
    openClient({
      link: host.link,
      producer: `client-${seed}-${clients++}`,
      fresh: true,
      clock,
      random: root.fork().next,
    })
  const client = connect()
  const world: World = {
    seed,
    random: random.next,
    advance: (by) => new Promise((resolve) => void timeline.after(milliseconds(by), resolve)),
    connect,
    hostOf: () => 'oracle',
    send: (message, options) => client.send(message, options),
    call: (message, options) => client.call(message, options),
    query: (message, options) => client.query(message, options),
    watch: (message, options) => client.watch(message, options),
    inspect: (name) => client.inspect(name),
    session: client.session,
    close: () => client.close(),
    [Symbol.asyncDispose]: () => client.close(),
  }
  try {
    await within(timeline, job.drive(world))
    // What is accepted has its consequences.
    await within(timeline, world.advance('1 minute'))
    await within(timeline, job.finally?.(world) ?? Promise.resolve())
    return await within(timeline, job.outcome?.(world) ?? Promise.resolve())
  } finally {
    await client.close()
    await host.close()
  }
}

/** Lets virtual time pass until the promise has settled. */
async function within<T>(timeline: Timeline, promise: Promise<T>): Promise<T> {
  let isOver = false
  const over = () => {
    isOver = true
  }
  promise.then(over, over)
  let events = 0
  await eachSettled(() => {
    if (isOver) return false
    events += 1
    if (events > events_max || !timeline.step()) throw new Error('the oracle has come to no end')
    return true
  })
  return promise
}
