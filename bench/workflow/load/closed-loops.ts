/**
 * Clients that each start a workflow when their last one is done.
 *
 * @module
 */
import type { Client } from '../contenders/contender.ts'

export interface Round {
  readonly runs: number
  readonly elapsed_ms: number
  /** Of each run, from its request to its answer. */
  readonly latencies_ms: readonly number[]
  /** What was counted in this round. */
  readonly spent: Spent
}

/** What a contender's processes have spent; `undefined`: not counted. */
export interface Spent {
  readonly flushes: number | undefined
  /** On the processor. */
  readonly time_ms: number | undefined
  /** The clients' own, on the processor. */
  readonly client_ms: number
}

/** @returns what was spent so far */
export type Meter = () => Promise<Spent>

/** @param runs of all clients together; whoever is free makes the next */
export async function runRound(
  clients: readonly Client[],
  runs: number,
  meter: Meter,
  now_ms: () => number,
): Promise<Round> {
  const latencies_ms: number[] = []
  let made = 0
  async function loop(client: Client): Promise<void> {
    while (made < runs) {
      made += 1
      const started_ms = now_ms()
      await client()
      latencies_ms.push(now_ms() - started_ms)
    }
  }
  const before = await meter()
  const began_ms = now_ms()
  await Promise.all(clients.map(loop))
  const elapsed_ms = now_ms() - began_ms
  return { runs: made, elapsed_ms, latencies_ms, spent: difference(await meter(), before) }
}

function difference(after: Spent, before: Spent): Spent {
  return {
    flushes: minus(after.flushes, before.flushes),
    time_ms: minus(after.time_ms, before.time_ms),
    client_ms: after.client_ms - before.client_ms,
  }
}

function minus(after: number | undefined, before: number | undefined): number | undefined {
  return after === undefined || before === undefined ? undefined : after - before
}
