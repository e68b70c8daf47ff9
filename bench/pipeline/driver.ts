/**
 * Rounds of all contenders, one at a time, in an order that is drawn anew for each round.
 *
 * @module
 */
import { Random } from '../random.ts'
import type { Row } from '../row.ts'
import type { ContenderName } from './contenders/contender.ts'
import type { Round } from './load/closed-loop.ts'
import type { Plan } from './plan.ts'
import { type Cell, cellName, rowsOf } from './rows.ts'
import type { RuntimeName } from './runtimes/runtime.ts'
import type { Stage } from './stage.ts'

/** A block of 64 KiB stands for many messages: one writer shows the limit. */
const block_producers = 1

export async function drive(
  runtime: RuntimeName,
  stages: ReadonlyMap<ContenderName, Stage>,
  plan: Plan,
  say: (line: string) => void,
): Promise<Row[]> {
  const random = new Random(plan.seed)
  const measured = new Map<string, { readonly cell: Cell; readonly stage: Stage; readonly rounds: Round[] }>()
  for (const [contender, stage] of stages) {
    await stage.open(contender)
    for (const producers of contender === 'platform-64k' ? [block_producers] : plan.producers) {
      const cell = { contender, producers }
      measured.set(cellName(cell), { cell, stage, rounds: [] })
      await stage.round(producers, plan.warm_up_ms)
    }
  }
  for (let round = 1; round <= plan.rounds; round++) {
    for (const { cell, stage, rounds } of random.shuffled([...measured.values()]))
      rounds.push(await stage.round(cell.producers, plan.round_ms))
    say(`${runtime}: round ${round} of ${plan.rounds}`)
  }
  for (const stage of stages.values()) await stage.close()
  return rowsOf(
    runtime,
    [...measured.values()].map(({ cell, rounds }) => ({ cell, rounds })),
  )
}
