/**
 * `simulate`: runs participants on the real engine under virtual time, seed after seed, while hosts crash and freeze,
 * storage fails, and the network loses, repeats, delays and reorders. The same seed does the same again.
 *
 * @module
 */
import { explained } from './explanation.ts'
import { type FaultKind, noFaults } from './fault-kinds.ts'
import type { SimulateOptions } from './options.ts'
import { guardSteps } from './out-of-reach.ts'
import { noPaths, rarePaths } from './rare-paths.ts'
import type { Report, Violation } from './report.ts'
import { prepared } from './seed-run.ts'
import { Stage } from './stage.ts'
import type { Simulation } from './world.ts'

/**
 * @returns what was seen; nothing is thrown but for a mistake in the options
 * @example
 * ```ts
 * const report = await simulate({
 *   hosts: [{ name: 'a', participants: [account] }, { name: 'b', participants: [account] }],
 *   seeds: [1, 200],
 *   async drive(world) { world.send(Account.transfer('ann', { to: 'bob', cents: 1 })) },
 *   async finally(world) { if ((await world.query(Account.balance('bob'))) > 1) throw new Error('money was made') },
 * })
 * console.log(report.violations[0]?.trace)
 * ```
 */
export async function simulate(options: SimulateOptions): Promise<Report> {
  const unguard = guardSteps()
  try {
    return await runSeeds(options)
  } finally {
    unguard()
  }
}

async function runSeeds(options: SimulateOptions): Promise<Report> {
  const stage = new Stage(options.hosts)
  const violations: Violation[] = []
  const faults = noFaults()
  const paths = noPaths()
  const codes: Record<string, number> = {}
  let events = 0
  let seeds = 0
  let hash = 0
  const report = (): Report => ({
    seeds,
    events,
    violations,
    faults,
    paths,
    codes,
    hash: hash.toString(16).padStart(8, '0'),
  })
  const take = ({ events: count, counts, paths: taken, codes: told, trace }: Simulation): void => {
    events += count
    hash = (Math.imul(hash, 31) + Number.parseInt(trace.hash, 16)) >>> 0
    for (const kind of Object.keys(faults) as FaultKind[]) faults[kind] += counts[kind]
    for (const path of rarePaths) paths[path] += taken[path]
    for (const [code, count] of told) codes[code] = (codes[code] ?? 0) + count
  }
  for (let seed = options.seeds[0]; seed <= options.seeds[1]; seed += 1) {
    const { attempt, faultless } = await prepared(options, seed, stage)
    if (faultless) take(faultless)
    const outcome = await attempt(options.faults_max ?? Number.POSITIVE_INFINITY)
    seeds += 1
    take(outcome.simulation)
    if (outcome.message !== undefined) {
      violations.push(await explained(options, seed, attempt, outcome))
      if (violations.length >= (options.violations_max ?? 1)) break
    }
    options.progress?.(seed, report())
  }
  return report()
}
