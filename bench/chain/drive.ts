/**
 * Takes the contenders through their rounds, in turn.
 *
 * @module
 */
import { Random } from '../random.ts'
import { type ContenderName, contenderNames } from './contenders.ts'
import type { Round } from './load/closed-loops.ts'
import type { Plan } from './plan.ts'
import type { OpenChain, Station } from './stations/station.ts'

export interface Cell {
  readonly contender: ContenderName
  readonly length: number
  readonly flush_ms: number
  readonly loops: number
}

export interface Measured {
  readonly cell: Cell
  readonly rounds: readonly Round[]
}

/** One chain of each contender is set up at a time; rounds go in an order that is drawn anew each time. */
export async function drive(station: Station, plan: Plan, say: (line: string) => void): Promise<Measured[]> {
  const random = new Random(plan.seed)
  const all: Measured[] = []
  for (const flush_ms of plan.flushes_ms)
    for (const length of plan.lengths) {
      say(`${station.name}: a flush takes ${flush_ms} ms longer, ${length} ${length === 1 ? 'host' : 'hosts'}`)
      const chains = new Map<ContenderName, OpenChain>()
      try {
        for (const contender of contenderNames)
          chains.set(contender, await station.open({ contender, length, flush_ms }))
        all.push(...(await rounds(chains, { length, flush_ms }, plan, random)))
      } finally {
        for (const chain of chains.values()) await chain.close()
      }
    }
  return all
}

async function rounds(
  chains: ReadonlyMap<ContenderName, OpenChain>,
  shape: { readonly length: number; readonly flush_ms: number },
  plan: Plan,
  random: Random,
): Promise<Measured[]> {
  const { requests_min } = plan
  const cells = [...chains].flatMap(([contender, chain]) =>
    plan.loops.map((loops) => ({ cell: { contender, loops, ...shape }, chain, rounds: [] as Round[] })),
  )
  for (const { cell, chain } of cells)
    await chain.round({ loops: cell.loops, budget_ms: plan.warm_up_ms, requests_min })
  for (let round = 0; round < plan.rounds; round += 1)
    for (const { cell, chain, rounds } of random.shuffled(cells))
      rounds.push(await chain.round({ loops: cell.loops, budget_ms: plan.round_ms, requests_min }))
  return cells
}
