/**
 * A few seeds of the jobs that need no file: a function for whatever platform it is loaded on.
 *
 * @module
 */
import { simulate } from '../../runtime-ts/src/testing/index.ts'
import { bank } from './jobs/bank.ts'
import { loss } from './jobs/loss.ts'
import { ring } from './jobs/ring.ts'
import { shop } from './jobs/shop.ts'

export const sameSeeds: readonly [from: number, to: number] = [1, 5]

/** @returns by job: the hash of everything that happened, and how much that was */
export async function runSameSeeds(): Promise<Readonly<Record<string, string>>> {
  const found: Record<string, string> = {}
  for (const [name, job] of Object.entries({ bank, ring, shop: shop(), loss: loss() })) {
    const { hash, events, violations } = await simulate({ ...job, seeds: sameSeeds })
    found[name] = `${hash} after ${events} events, ${violations.length} violations`
  }
  return found
}
