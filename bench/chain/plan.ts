/**
 * What is run: which chains, how long and how often.
 *
 * @module
 */

export interface Plan {
  /** Hosts in a chain. */
  readonly lengths: readonly number[]
  /** Added to each flush, for all contenders alike. */
  readonly flushes_ms: readonly number[]
  /** Requests in flight. */
  readonly loops: readonly number[]
  readonly rounds: number
  readonly round_ms: number
  /** In a round, each loop makes so many requests at least, however long they take. */
  readonly requests_min: number
  readonly warm_up_ms: number
  /** Of the order of rounds, and of the random graphs. */
  readonly seed: number
  /** In workerd, whose clients share the one thread. */
  readonly workerd: Pick<Plan, 'loops'>
  /** With a process for each host. What is added, is added to each `fsync`. */
  readonly processes: Pick<Plan, 'lengths' | 'flushes_ms' | 'loops'>
  readonly rollback: RollbackPlan
  readonly recovery: RecoveryPlan
}

/** One crash in a random graph of hosts, under virtual time, so often. */
export interface RollbackPlan {
  readonly hosts: number
  readonly crashes: number
  /** Messages that enter the graph in a second. */
  readonly rates_per_s: readonly number[]
}

/** A process is killed so often. */
export interface RecoveryPlan {
  readonly kills: number
}

export function fullPlan(seed: number): Plan {
  return {
    lengths: [1, 2, 5, 10, 20],
    flushes_ms: [0, 5, 20, 50],
    loops: [1, 64],
    rounds: 3,
    round_ms: 300,
    requests_min: 2,
    warm_up_ms: 300,
    seed,
    workerd: { loops: [1, 16] },
    processes: { lengths: [1, 2, 5, 10], flushes_ms: [20], loops: [1, 16] },
    rollback: { hosts: 100, crashes: 12, rates_per_s: [50, 200, 800] },
    recovery: { kills: 10 },
  }
}

/** The same, short: for a look, and for machines that only check that the benchmark runs. */
export function quickPlan(seed: number): Plan {
  return {
    lengths: [1, 10],
    flushes_ms: [0, 20],
    loops: [1, 64],
    rounds: 2,
    round_ms: 100,
    requests_min: 1,
    warm_up_ms: 50,
    seed,
    workerd: { loops: [1, 16] },
    processes: { lengths: [5], flushes_ms: [20], loops: [1, 16] },
    rollback: { hosts: 100, crashes: 3, rates_per_s: [200] },
    recovery: { kills: 4 },
  }
}
