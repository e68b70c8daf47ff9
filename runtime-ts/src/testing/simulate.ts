/**
 * `simulate`: runs participants on the real engine under virtual time, seed after seed, while hosts crash and freeze,
 * storage fails, and the network loses, repeats, delays and reorders. The same seed does the same again.
 *
 * @module
 */
import { type CoreMaker, twin } from '@darq/core'
import type { Client } from '../crest/client-types.ts'
import type { Participant } from '../crest/participant.ts'
import { milliseconds, type Span } from '../crest/span.ts'
import type { EngineLimits } from '../engine/types.ts'
import { type FaultCounts, type FaultKind, faultKinds, noFaults } from './fault-kinds.ts'
import { guardSteps } from './out-of-reach.ts'
import { noPaths, type PathCounts, rarePaths } from './rare-paths.ts'
import { type FaultPlan, Simulation } from './world.ts'

/** The world as the application's driver sees it: a client of all its hosts, chance, and time. */
export interface World extends Client {
  readonly seed: number
  /** Uniform in [0, 1); the same for the same seed. */
  random(): number
  /** Resolves when so much virtual time has passed. */
  advance(by: Span): Promise<void>
  /** Another client: a producer of its own, as after a reload. */
  connect(): Client
  /** The name of the host where a DARQ lives; undefined if it lives nowhere. */
  hostOf(darq: string): string | undefined
}

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

const quiet_events_max = 200_000

interface Outcome {
  readonly simulation: Simulation
  readonly message: string | undefined
  /** What it has come to, if the application says so. */
  readonly came: string | undefined
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
    const { attempt, faultless } = await prepared(options, seed)
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

interface Prepared {
  /** Runs the seed with so many faults. */
  readonly attempt: (faults_max: number) => Promise<Outcome>
  readonly faultless: Simulation | undefined
}

/** Finds out what a seed must come to, if the application says what that is. */
async function prepared(options: SimulateOptions, seed: number): Promise<Prepared> {
  if (!options.outcome) return { attempt: (faults_max) => runSeed(options, seed, faults_max), faultless: undefined }
  const faultless = await runSeed(options, seed, 0)
  const expected = new Map([['without faults', faultless.came]])
  if (options.oracle) expected.set('of the oracle', canonical(await options.oracle(seed)))
  const attempt = async (faults_max: number): Promise<Outcome> => {
    const outcome = faults_max === 0 ? faultless : await runSeed(options, seed, faults_max)
    if (outcome.message !== undefined) return outcome
    for (const [where, came] of expected)
      if (outcome.came !== came)
        return { ...outcome, message: `the outcome is not the one ${where}: ${difference(outcome.came, came)}` }
    return outcome
  }
  return { attempt, faultless: faultless.simulation }
}

/** Where two outcomes part, with a little of what stands before it. */
function difference(came = '', expected = ''): string {
  let at = 0
  while (at < came.length && came[at] === expected[at]) at += 1
  const around = (text: string) => `…${text.slice(Math.max(0, at - 40), at + 40)}…`
  return `${around(came)} instead of ${around(expected)}`
}

/** Plain data as text, the same for equal data. */
function canonical(value: unknown): string {
  return JSON.stringify(value, (_key, part: unknown) =>
    typeof part === 'object' && part !== null && !Array.isArray(part)
      ? Object.fromEntries(Object.entries(part).sort(([a], [b]) => (a < b ? -1 : 1)))
      : part,
  )
}

/** Finds a run with fewer faults that fails too: the first `n` faults of the same seed, by halving. */
async function explained(
  options: SimulateOptions,
  seed: number,
  attempt: (faults_max: number) => Promise<Outcome>,
  first: Outcome,
): Promise<Violation> {
  let failing = first
  // With none at all the network and the handlers are faultless too.
  let faults_max = Math.max(1, first.simulation.faults)
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
    faults: simulation.faults,
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

async function runSeed(options: SimulateOptions, seed: number, faults_max: number): Promise<Outcome> {
  const { hosts, events_max = 3_000, fault_rate = 1 / 40 } = options
  const kinds = new Set<FaultKind>(options.faults ?? faultKinds)
  const rate = (kind: FaultKind, value: number) => (kinds.has(kind) && faults_max > 0 ? value : 0)
  const plan: FaultPlan = {
    rate: fault_rate,
    kinds,
    faults_max,
    network: {
      lost: rate('frame_lost', 0.05),
      repeated: rate('frame_repeated', 0.05),
      delayed: rate('frame_delayed', 0.05),
    },
    handler: faults_max > 0 ? 0.01 : 0,
  }
  const simulation = new Simulation(seed, hosts, plan, options.core ?? twin())
  const world = worldOf(simulation)
  let message: string | undefined
  const failed = (error: unknown) => {
    message ??= error instanceof Error ? error.message : String(error)
  }

  let driven = false
  options.drive(world).then(
    () => {
      driven = true
    },
    (error: unknown) => {
      driven = true
      failed(error)
    },
  )
  if (options.always) simulation.watch(() => options.always?.(world) ?? Promise.resolve(), failed)
  // Both the work and the faults have their time; then the faults stop, and what is left of the work must come to an end.
  await simulation.run(() => message !== undefined || (driven && simulation.quiet), events_max)
  simulation.calm()
  const done = await simulation.run(
    () => message !== undefined || (driven && simulation.quiet),
    simulation.events + quiet_events_max,
  )
  if (!done && message === undefined && simulation.violations.length === 0)
    failed(`G7: not quiet${driven ? '' : ', the work is not done'}: ${simulation.unrest}`)

  let came: string | undefined
  if (message === undefined && simulation.violations.length === 0) {
    let checked = false
    const look = async (): Promise<void> => {
      await options.finally?.(world)
      if (options.outcome) came = canonical(await options.outcome(world))
    }
    look()
      .catch(failed)
      .finally(() => {
        checked = true
      })
    if (!(await simulation.run(() => checked, simulation.events + quiet_events_max)))
      failed('G7: the last look never ended')
  }
  await world.close()
  return { simulation, message: message ?? simulation.violations[0], came }
}

function worldOf(simulation: Simulation): World {
  const { client, seed, random, timeline } = simulation
  return {
    seed,
    random: random.next,
    connect: () => simulation.openClient(`client-${seed}-${simulation.clients}`),
    hostOf: (darq) => simulation.hostOf(darq),
    advance: (by) => new Promise((resolve) => void timeline.after(milliseconds(by), resolve)),
    send: (message, options) => client.send(message, options),
    call: (message, options) => client.call(message, options),
    query: (message, options) => client.query(message, options),
    watch: (message, options) => client.watch(message, options),
    inspect: (name) => client.inspect(name),
    get session() {
      return client.session
    },
    close: () => client.close(),
    [Symbol.asyncDispose]: () => client.close(),
  }
}
