/**
 * What is run: how many records, and how often.
 *
 * @module
 */
export interface Plan {
  readonly records: number
  /** Records in one message. */
  readonly batch: number
  readonly rounds: number
  /** Messages whose way is timed, one after the other, in each round. */
  readonly timed: number
  /** Before the rounds, for whoever compiles while it runs. */
  readonly warm_up: number
  readonly seed: number
}

/** A million records a round. */
export function fullPlan(seed: number): Plan {
  return { records: 1_000_000, batch: 1_024, rounds: 3, timed: 200, warm_up: 100_000, seed }
}

/** The same, short: for a look, and for machines that only check that the benchmark runs. */
export function quickPlan(seed: number): Plan {
  return { records: 20_000, batch: 512, rounds: 1, timed: 5, warm_up: 5_000, seed }
}
