/**
 * Closed loops through a chain: each makes its next request when the answer to its last one is released.
 *
 * @module
 */
import type { Chain, ChainCounts } from '../stations/chain.ts'

export interface Loops {
  readonly loops: number
  /** Asked before each request, with how many there were: whether one more is made. */
  readonly more: (made: number) => boolean
  readonly now_ms: () => number
}

export interface Round {
  readonly requests: number
  readonly elapsed_ms: number
  readonly committed_ms: readonly number[]
  /** Empty for a contender that has no such grade. */
  readonly accepted_ms: readonly number[]
  readonly counts: ChainCounts | undefined
  /** Of the process that the chain is in, clients and all. `undefined`: nobody has looked. */
  readonly cpu_ms?: number
}

export async function runLoops(chain: Chain, { loops, more, now_ms }: Loops): Promise<Round> {
  const committed_ms: number[] = []
  const accepted_ms: number[] = []
  let made = 0
  async function loop(number: number): Promise<void> {
    while (more(made)) {
      made += 1
      const started_ms = now_ms()
      const { accepted, committed } = chain.request(number)
      accepted?.then(() => accepted_ms.push(now_ms() - started_ms))
      await committed
      committed_ms.push(now_ms() - started_ms)
    }
  }
  const before = await chain.counts()
  const began_ms = now_ms()
  await Promise.all(Array.from({ length: loops }, (_, number) => loop(number)))
  const elapsed_ms = now_ms() - began_ms
  const after = await chain.counts()
  const counts = before === undefined || after === undefined ? undefined : difference(after, before)
  return { requests: made, elapsed_ms, committed_ms, accepted_ms, counts }
}

function difference(after: ChainCounts, before: ChainCounts): ChainCounts {
  return {
    commits: after.commits - before.commits,
    frames: after.frames - before.frames,
    questions: after.questions - before.questions,
    dependencies:
      after.dependencies === undefined || before.dependencies === undefined
        ? undefined
        : after.dependencies - before.dependencies,
  }
}
