/**
 * What is run: how many producers, how long and how often.
 *
 * @module
 */

export interface Plan {
  readonly producers: readonly number[]
  readonly rounds: number
  readonly round_ms: number
  readonly warm_up_ms: number
  /** Of the order of rounds. */
  readonly seed: number
  readonly flat: FlatPlan
  readonly opening: OpeningPlan
}

/** Windows of steps in a young store and in one that has seen many. */
export interface FlatPlan {
  readonly producers: number
  readonly young_steps: number
  readonly old_steps: number
  readonly window_steps: number
  readonly windows: number
}

export interface OpeningPlan {
  /** Messages of a store in which all of them are pending. */
  readonly pending: number
  readonly times: number
}

/** Everything: under 6 minutes. */
export function fullPlan(seed: number, producers: readonly number[] = [1, 64, 1024]): Plan {
  return {
    producers,
    rounds: 7,
    round_ms: 500,
    warm_up_ms: 500,
    seed,
    flat: { producers: 256, young_steps: 1_000, old_steps: 1_000_000, window_steps: 10_000, windows: 11 },
    opening: { pending: 1_000_000, times: 5 },
  }
}

/** The same, short: for a look, and for machines that only check that the benchmark runs. */
export function quickPlan(seed: number, producers: readonly number[] = [1, 16, 64]): Plan {
  return {
    producers,
    rounds: 2,
    round_ms: 80,
    warm_up_ms: 40,
    seed,
    flat: { producers: 128, young_steps: 1_000, old_steps: 20_000, window_steps: 2_000, windows: 3 },
    opening: { pending: 20_000, times: 2 },
  }
}
