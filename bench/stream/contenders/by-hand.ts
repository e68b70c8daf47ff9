/**
 * The floor: a loop over a map, and one strict transaction a batch for what has changed in it.
 *
 * @module
 */
import type { ByHand } from '../workloads/workload.ts'
import type { Contender } from './contender.ts'

/** One transaction: values by key, `undefined` for those that go. Resolves when it is on the disk. */
export type Commit = (changes: ReadonlyMap<string, string | undefined>) => Promise<void>

export function byHandOver(hand: ByHand, commit: Commit, now_ms: () => number, close: () => Promise<void>): Contender {
  return {
    async feed(batches, results) {
      let underWay: Promise<void> = Promise.resolve()
      for (const records of batches) {
        // As it comes over a wire. The next batch is worked on while the disk writes this one.
        const changes = hand.take(JSON.stringify(records))
        await underWay
        underWay = commit(changes)
      }
      await underWay
      if (hand.results !== results) throw new Error(`${hand.results} results instead of ${results}`)
    },
    async one(records) {
      const sent_ms = now_ms()
      await commit(hand.take(JSON.stringify(records)))
      return { seen_ms: undefined, committed_ms: now_ms() - sent_ms }
    },
    close,
  }
}
