/**
 * `simulate`: runs participants on the real engine under virtual time, seed after seed, while hosts crash and freeze,
 * storage fails, and the network loses, repeats, delays and reorders. The same seed does the same again.
 *
 * @module
 */
import type { CoreMaker, VectorsMaker } from '@darq/core'
import type { Participant } from '../crest/define/definition.ts'
import type { EngineLimits } from '../engine/types.ts'
import { explained } from './explanation.ts'
import { type FaultCounts, type FaultKind, noFaults } from './fault-kinds.ts'
import { guardSteps } from './out-of-reach.ts'
import { noPaths, type PathCounts, rarePaths } from './rare-paths.ts'
import { prepared } from './seed-run.ts'
import { Stage } from './stage.ts'
import type { Simulation } from './world.ts'
import type { World } from './world-view.ts'

export interface Violation {
  readonly seed: number
  /** The event after which it was seen. */
  readonly event: number
  readonly message: string
  /** What had happened, for people. */
  readonly trace: string
  /** How to do the same again, in a fresh process. */
  readonly replay: string
  /** The seeds that it takes: the one, unless participants remember something from one seed to the next. */
  readonly seeds: readonly [from: number, to: number]
  /** How many faults were injected into hosts; as few as still fail. */
  readonly faults: number
}

export interface Report {
  readonly seeds: number
  readonly events: number
  readonly violations: readonly Violation[]
  /** How often each fault really took effect. */
  readonly faults: Readonly<FaultCounts>
  /** How often each of the engine's rare paths was taken. */
  readonly paths: Readonly<PathCounts>
  /** Errors that the hosts reported, by code. */
  readonly codes: Readonly<Record<string, number>>
  /** A hash over everything that happened: equal for equal seeds. */
  readonly hash: string
}

export interface SimulateOptions {
  readonly hosts: readonly {
    readonly name: string
    readonly participants: readonly Participant[]
    readonly limits?: Partial<EngineLimits>
    /** As in `openHost`; `'any'`: each seed has its own. Default 0. */
    readonly k?: number | 'any'
    /** Its storage suffers what `lossKinds` name, if they are among `faults`. Default: no. */
    readonly mayLose?: boolean
  }[]
  /** From, to; both included. */
  readonly seeds: readonly [from: number, to: number]
  /** The application's work. It is done when this resolves. */
  drive(world: World): Promise<void>
  /** After the faults have stopped and everything has become quiet: throw when something is wrong. */
  finally?(world: World): Promise<void>
  /** Looked at every hundred events, on committed state: throw when something is wrong. */
  always?(world: World): Promise<void>
  /**
   * What it has all come to, as plain data, asked for after `finally`. It must be the same as in a run of the same seed
   * without faults: give it only what does not depend on who came first.
   */
  outcome?(world: World): Promise<unknown>
  /** The outcome of the same work by other means, which this one is held against. */
  readonly oracle?: (seed: number) => Promise<unknown>
  /** Events of one seed after which its faults stop. Default 3,000. */
  readonly events_max?: number
  /** What may go wrong. Default: everything under which the guarantees must hold; `lossKinds` break some. */
  readonly faults?: readonly FaultKind[]
  /** Chance of a fault before each event. Default 1 in 40. */
  readonly fault_rate?: number
  readonly core?: CoreMaker
  /** What keeps dependencies. Default: the twin's. */
  readonly vectors?: VectorsMaker
  /** Called after each seed. */
  readonly progress?: (seed: number, report: Report) => void
  /** Default: as few as still fail. */
  readonly shrink?: boolean
  /** How seeds are run again by hand. */
  readonly replay?: (seeds: readonly [from: number, to: number], faults_max: number) => string
  /** Inject no more than so many faults in a seed: what `replay` names. With 0 the network and the handlers don't fail either. */
  readonly faults_max?: number
  /** Stop after so many violations. Default 1. */
  readonly violations_max?: number
}

/**
 * @returns what was seen; nothing is thrown but for a mistake in the options
 * @example
 * ```ts
 * const report = await simulate({
 *   hosts: [{ name: 'a', participants: [account] }, { name: 'b', participants: [account] }],
 *   seeds: [1, 200],
 *   async drive(world) { world.send(Account.transfer('ann', { to: 'bob', cents: 1 })) },
 *   async finally(world) { if ((await sum(world)) !== 100) throw new Error('money was made or lost') },
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
