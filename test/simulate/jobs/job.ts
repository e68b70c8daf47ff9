/**
 * What the simulated jobs have in common: three small hosts, and how they look at the outcome.
 *
 * @module
 */
import type { SimulateOptions, World } from '../../../runtime-ts/src/testing/index.ts'

/** An application's work, and what must be true of it at the end. */
export type Job = Pick<SimulateOptions, 'hosts' | 'drive' | 'finally' | 'outcome' | 'faults' | 'fault_rate'> & {
  /** Its participants have a live part, which the oracle doesn't run: the outcome is held against the run without faults. */
  readonly withoutOracle?: true
  /** A seed of it takes as long as so many of the others'. */
  readonly length?: number
}

/** Their logs are small, so that full ones are part of the run. */
export const threeHosts = (
  participants: SimulateOptions['hosts'][number]['participants'],
  log_bytes_max = 32 * 1024,
): Job['hosts'] => ['a', 'b', 'c'].map((name) => ({ name, participants, limits: { log_bytes_max }, k: 'any' }))

export function must(condition: boolean, otherwise: string): void {
  if (!condition) throw new Error(otherwise)
}

/** Waits between two pieces of work, so that faults find the hosts busy and idle. */
export const breathe = (world: World): Promise<void> => world.advance(`${Math.floor(world.random() * 40)} ms`)

/** Waits until something is seen: a message that was accepted may be handled after those behind it, if its handler threw. */
export async function until(world: World, seen: () => Promise<boolean>): Promise<void> {
  for (let tries = 0; !(await seen()); tries += 1) {
    must(tries < 200, 'G7: what was accepted is not done')
    await world.advance('1 second')
  }
}
