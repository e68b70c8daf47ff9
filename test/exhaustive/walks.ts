/**
 * Walks at random through a scope with all engines in one world: the proof that what a host does alone is what it does among
 * others.
 *
 * @module
 */
import type { Scope } from './scope.ts'
import { Search } from './search.ts'
import { World } from './story.ts'

/** A process that was replaced may go on for ever. */
const steps_max = 200

/** @returns how many choices were made, each here and there */
export async function walk(scope: Scope, walks: number): Promise<number> {
  let random = 1
  let steps = 0
  const search = await Search.begin({ ...scope, warm: 0 })
  const start = search.situation.snapshot()
  for (let nth = 0; nth < walks; nth += 1) {
    search.situation.become(start)
    const world = await World.begin(search)
    await search.warmUp(scope.warm, (choice) => world.take(choice))
    for (let left = steps_max; left > 0; left -= 1) {
      const choices = search.situation.choices()
      // A linear congruence (Numerical Recipes): its high bits are random enough to choose by.
      random = (Math.imul(random, 1_664_525) + 1_013_904_223) >>> 0
      const choice = choices[Math.floor((random / 2 ** 32) * choices.length)]
      if (!choice) break
      await world.take(choice)
      steps += 1
    }
  }
  return steps
}
