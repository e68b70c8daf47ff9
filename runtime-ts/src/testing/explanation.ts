/**
 * A violation, explained: shrunk to fewer faults where it can be, with what it takes to see it again.
 *
 * @module
 */

import type { SimulateOptions } from './options.ts'
import type { Violation } from './report.ts'
import type { Outcome } from './seed-run.ts'

/** Finds a run with fewer faults that fails too: the first `n` faults of the same seed, by halving. */
export async function explained(
  options: SimulateOptions,
  seed: number,
  attempt: (faults_max: number) => Promise<Outcome>,
  first: Outcome,
): Promise<Violation> {
  let failing = first
  // With none at all the network and the handlers are faultless too.
  let faults_max = Math.max(1, first.simulation.faults.count)
  let seeds: readonly [number, number] = [seed, seed]
  if (options.shrink ?? true) {
    const again = await attempt(options.faults_max ?? Number.POSITIVE_INFINITY)
    if (again.message !== first.message || again.simulation.trace.hash !== first.simulation.trace.hash) {
      // With fewer faults it would fail, or not, for what the runs before have left behind.
      seeds = [options.seeds[0], seed]
      faults_max = options.faults_max ?? Number.POSITIVE_INFINITY
      failing = { ...first, message: `${first.message}\n${unrepeatable(again.message)}` }
    } else {
      let good = -1
      while (faults_max - good > 1) {
        const middle = Math.floor((good + faults_max) / 2)
        const outcome = await attempt(middle)
        if (outcome.message === undefined) good = middle
        else {
          failing = outcome
          faults_max = middle
        }
      }
    }
  }
  const { simulation, message } = failing
  return {
    seed,
    seeds,
    event: simulation.events,
    message: message ?? '',
    trace: simulation.trace.text,
    replay: options.replay?.(seeds, faults_max) ?? defaultReplay(seeds, faults_max),
    faults: simulation.faults.count,
  }
}

function unrepeatable(message: string | undefined): string {
  const found = message === undefined ? 'finds nothing wrong' : `finds: ${message}`
  return `The same seed again ${found}. So something is remembered outside of the participants' state: a variable of a module, perhaps.`
}

function defaultReplay([from, to]: readonly [number, number], faults_max: number): string {
  const faults = Number.isFinite(faults_max) ? `, faults_max: ${faults_max}` : ''
  return `simulate({ …, seeds: [${from}, ${to}]${faults} })`
}
