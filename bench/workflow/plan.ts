/**
 * What is run: how many clients, how many runs and how often.
 *
 * @module
 */

export interface Load {
  readonly clients: number
  /** In a round, of all clients together. */
  readonly runs: number
}

export interface Plan {
  readonly loads: readonly Load[]
  readonly rounds: number
  /** Under each load, before anything is timed. */
  readonly warm_up_runs: number
  /** Of the order of rounds. */
  readonly seed: number
  readonly long: LongPlan
  readonly resume: ResumePlan
}

/** One workflow of many steps, one after the other. */
export interface LongPlan {
  readonly steps: number
  /** The first and the last so many are compared. */
  readonly stretch: number
  readonly rounds: number
}

/** A workflow that has done many steps, on a store that is opened again. */
export interface ResumePlan {
  readonly steps: number
  readonly rounds: number
}

export function fullPlan(seed: number): Plan {
  return {
    loads: [
      { clients: 1, runs: 200 },
      { clients: 64, runs: 1_024 },
    ],
    rounds: 5,
    warm_up_runs: 400,
    seed,
    long: { steps: 10_000, stretch: 1_000, rounds: 2 },
    resume: { steps: 1_000, rounds: 5 },
  }
}

/** The same, short: for a look, and for machines that only check that the benchmark runs. */
export function quickPlan(seed: number): Plan {
  return {
    loads: [
      { clients: 1, runs: 50 },
      { clients: 64, runs: 256 },
    ],
    rounds: 2,
    warm_up_runs: 64,
    seed,
    long: { steps: 2_000, stretch: 200, rounds: 1 },
    resume: { steps: 200, rounds: 2 },
  }
}
