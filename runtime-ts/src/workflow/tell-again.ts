/**
 * After a restart a function is told again what its journal says, in the same groups, with a macrotask in between, so that
 * its promises settle in the same order.
 *
 * @module
 */
import type { DarqError } from '../error.ts'
import type { Entry } from './journal.ts'
import type { LiveFlow } from './live-flow.ts'

/**
 * @param after runs in a task of its own, unless the replay is given up before
 * @param done called with the last group, which the function may go on from; or with what is wrong with it
 */
export function tellAgain(
  flow: LiveFlow,
  groups: readonly (readonly Entry[])[],
  after: (run: () => void) => void,
  done: (last: readonly Entry[] | DarqError) => void,
): void {
  const [entries = [], ...later] = groups
  const [first] = entries
  if (first === undefined) {
    done(entries)
    return
  }
  const isLast = later.length === 0
  flow.begin(first.at_ms, first.commands ?? [], isLast)
  for (const { event } of entries) flow.tell(event)
  after(() => {
    const wrong = flow.end()
    if (wrong !== undefined || isLast) done(wrong ?? entries)
    else tellAgain(flow, later, after, done)
  })
}
