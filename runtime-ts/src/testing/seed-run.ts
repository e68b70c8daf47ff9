/**
 * One run of one seed: the work while everything goes wrong, then calm, then the last look.
 *
 * @module
 */
import { twin, twinVectors } from '@darq/core/twin'
import type { FaultPlan } from './fault-injection.ts'
import { type FaultKind, faultKinds } from './fault-kinds.ts'
import type { SimulateOptions } from './options.ts'
import type { Stage } from './stage.ts'
import { Simulation } from './world.ts'
import { worldOf } from './world-view.ts'

const quiet_events_max = 200_000

export interface Outcome {
  readonly simulation: Simulation
  readonly message: string | undefined
  /** What it has come to, if the application says so. */
  readonly came: string | undefined
}

interface Prepared {
  /** Runs the seed with so many faults. */
  readonly attempt: (faults_max: number) => Promise<Outcome>
  readonly faultless: Simulation | undefined
}

/** Finds out what a seed must come to, if the application says what that is. */
export async function prepared(options: SimulateOptions, seed: number, stage: Stage): Promise<Prepared> {
  if (!options.outcome)
    return { attempt: (faults_max) => runSeed(options, seed, faults_max, stage), faultless: undefined }
  const faultless = await runSeed(options, seed, 0, stage)
  const expected = new Map([['without faults', faultless.came]])
  if (options.oracle) expected.set('of the oracle', canonical(await options.oracle(seed)))
  const attempt = async (faults_max: number): Promise<Outcome> => {
    // What fails by itself needs no faults to be explained.
    if (faults_max === 0 || faultless.message !== undefined) return faultless
    const outcome = await runSeed(options, seed, faults_max, stage)
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

export async function runSeed(
  options: SimulateOptions,
  seed: number,
  faults_max: number,
  stage: Stage,
): Promise<Outcome> {
  const { events_max = 3_000, fault_rate = 1 / 40 } = options
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
  const simulation = new Simulation(seed, stage.hosts, plan, {
    core: options.core ?? twin(),
    vectors: options.vectors ?? twinVectors(),
  })
  stage.enter(simulation)
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
  // The faults stop, and what is left must come to an end. When the work is done in half of the seeds: then what is stuck
  // between hosts stays so. In the others when all is quiet: work that nobody waits for needs its faults too.
  const { stopsEarly } = simulation.faults
  await simulation.run(() => message !== undefined || (driven && (stopsEarly || simulation.quiet)), events_max)
  simulation.calm()
  const done = await simulation.run(
    () => message !== undefined || (driven && simulation.quiet),
    simulation.events + quiet_events_max,
  )
  if (!done && message === undefined && simulation.violations.length === 0)
    failed(`G7: not quiet${driven ? '' : ', the work is not done'}: ${simulation.pendingWork}`)

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
