/**
 * Runs a program to its end, and interrupts its host on the way: closed and opened again, taken over by another that knows
 * only what is stored, or with a processor that dies.
 *
 * @module
 */

import { twin } from '@darq/core/twin'
import { type DarqError, type Hosted, openClient, openHosted } from '@darq/runtime'
import type { Clock } from '@darq/runtime/engine'
import { control } from '@darq/runtime/workflow'
import { LiveHost } from '../../runtime-ts/src/engine/host.ts'
import { faultyMemory } from '../../runtime-ts/src/storage/memory-faults.ts'
import { quiet } from '../crest/virtual-clock.ts'
import { type Asked, long_ms, Play, type Program, play, Scribe, scribe } from './program.ts'

export type Interruption = 'closed' | 'taken over' | 'processor dies'

/** What a run has come to, as it can be told from outside. */
export interface Course {
  readonly result: string
  readonly status: string
  /** What it has asked for. */
  readonly commands: readonly string[]
  readonly told: readonly string[]
  readonly effects: readonly string[]
  /** Keys of effects that were asked for under more than one. */
  readonly unstable: readonly string[]
  readonly interruptions: number
}

const share = 'play/~0'
const messages_max = 12

/** Time stands still until it is moved to the next thing that is due. */
class StandingClock implements Clock {
  #now_ms = 1_000_000
  readonly #waiting = new Set<{ readonly at_ms: number; readonly run: () => void }>()

  now_ms(): number {
    return this.#now_ms
  }
  soon(run: () => void): void {
    setImmediate(run)
  }
  wake(at_ms: number, run: () => void): () => void {
    const waiting = { at_ms, run }
    this.#waiting.add(waiting)
    return () => this.#waiting.delete(waiting)
  }

  /** Moves to what is due next, but not beyond. @returns whether there was something */
  next(until_ms: number): boolean {
    let first: { readonly at_ms: number; readonly run: () => void } | undefined
    for (const one of this.#waiting)
      if (one.at_ms <= until_ms && (first === undefined || one.at_ms < first.at_ms)) first = one
    if (first === undefined) {
      this.#now_ms = until_ms
      return false
    }
    this.#waiting.delete(first)
    this.#now_ms = Math.max(this.#now_ms, first.at_ms)
    first.run()
    return true
  }
}

/** @param every so many writes it is interrupted */
export async function courseOf(
  program: Program,
  rounds: number,
  interruption?: Interruption,
  every = Number.POSITIVE_INFINITY,
): Promise<Course> {
  const clock = new StandingClock()
  const asked: Asked = new Map()
  const participants = [scribe, play(program, asked)]
  let seed = 1
  const random = (): number => {
    seed = (seed * 48_271) % 2_147_483_647
    return seed / 2_147_483_647
  }
  let writes = 0
  let interruptions = 0
  let isDue = false
  const storage = faultyMemory({
    fate: () => {
      writes += 1
      if (writes % every === 0) isDue = true
      return 'written'
    },
  })
  let engine: unknown
  const hosts: Hosted[] = []
  const open = async (): Promise<Hosted> => {
    const onOpened = (one: unknown): void => {
      engine = one
    }
    const hosted = await openHosted({ name: 'host', participants, storage, clock, random, core: twin(), onOpened })
    hosts.push(hosted)
    return hosted
  }
  let hosted = await open()
  // It numbers what it sends, and sends it again to whoever has taken over.
  const client = openClient({ link: () => hosted.link, producer: 'client', fresh: true, clock, random })

  const interrupt = async (): Promise<void> => {
    isDue = false
    interruptions += 1
    if (interruption === 'processor dies') {
      const processor = engine instanceof LiveHost ? engine.existing(share)?.attachment?.processor : undefined
      if (processor !== undefined)
        processor.deliver = () => {
          throw new Error('the processor dies')
        }
      return
    }
    // Who is taken over is not told: it learns it when it writes.
    if (interruption === 'closed') await hosted.close()
    hosted = await open()
  }

  const settle = async (): Promise<void> => {
    for (let turn = 0; turn < 3; turn += 1) {
      await quiet()
      if (!isDue || interruptions >= 12) continue
      await interrupt()
      turn = -1
    }
  }

  client.call(Play.start('x', { rounds }))
  for (let sent = 1; sent <= messages_max; sent += 1) {
    await settle()
    client.send(Play.go('x', sent))
    await settle()
    const until_ms = 1_000_000 + sent * long_ms
    while (clock.next(until_ms)) await settle()
  }
  every = Number.POSITIVE_INFINITY
  isDue = false
  // What is still waited for is as it is.
  client.send(control(Play).cancel('x', 'late'))
  await settle()
  while (clock.next(clock.now_ms() + 60_000)) await settle()
  const result = await client.call(Play.start('x', { rounds })).then(
    (value) => value,
    (error: DarqError) => error.code,
  )
  const { status, steps } = await client.query(control(Play).describe('x'))
  const told = await client.query(Scribe.told())
  await client.close()
  for (const one of hosts) await one.close().catch(() => {})
  return {
    ...{ result, status, told, interruptions },
    commands: steps
      .map(({ what }) => what)
      .filter((what) => !what.startsWith('message'))
      .sort(),
    effects: [...asked.keys()].sort(),
    unstable: [...asked].filter(([, keys]) => new Set(keys).size > 1).map(([name]) => name),
  }
}
