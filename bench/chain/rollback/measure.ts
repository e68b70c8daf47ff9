/**
 * One crash in a random graph, many times over: who was rolled back, and who had to be.
 *
 * @module
 */
import type { Row } from '../../row.ts'
import { summarize } from '../../statistics.ts'
import type { Plan } from '../plan.ts'
import { Graph, type Outcome } from './graph.ts'
import { rollback_workload } from './workload.ts'

/** Before the crash: each host has committed often, and the graph is full of messages under way. */
const before_ms = 300

export async function crashOnce(seed: number, hosts: number, rate_per_s: number): Promise<Outcome | undefined> {
  const graph = new Graph(seed)
  await graph.open(hosts)
  graph.enter(rate_per_s)
  await graph.run(before_ms)
  try {
    return await graph.crash()
  } finally {
    await graph.close()
  }
}

/** The number of messages that enter in a second stands in `batch`. */
export async function measureRollback(plan: Plan, say: (line: string) => void): Promise<Row[]> {
  const { hosts, crashes, rates_per_s } = plan.rollback
  const rows: Row[] = []
  for (const rate_per_s of rates_per_s) {
    const outcomes: Outcome[] = []
    for (let crash = 0; crash < crashes; crash += 1) {
      const outcome = await crashOnce(plan.seed * 1_000 + crash, hosts, rate_per_s)
      if (outcome !== undefined) outcomes.push(outcome)
    }
    const row = (metric: string, unit: string, values: readonly number[]): Row => {
      const place = { bench: 'chain', runtime: 'virtual', contender: 'k=∞', payload_bytes: 0, batch: rate_per_s }
      const { median: value, spread } = summarize(values)
      return { ...place, workload: rollback_workload, metric, unit, value, spread }
    }
    const mean = (of: (outcome: Outcome) => number) => [
      outcomes.reduce((total, outcome) => total + of(outcome), 0) / outcomes.length,
    ]
    say(`${hosts} hosts, ${rate_per_s} messages/s: ${outcomes.length} crashes`)
    if (outcomes.length === 0) continue
    rows.push(
      row('crashes', 'crashes', [outcomes.length]),
      row(
        'dependent',
        '% of hosts',
        mean(({ dependent, others }) => (dependent / others) * 100),
      ),
      row(
        'rolled_back',
        '% of hosts',
        mean(({ rolledBack, others }) => (rolledBack / others) * 100),
      ),
      row(
        'needlessly',
        '% of hosts',
        mean(({ needlessly, others }) => (needlessly / others) * 100),
      ),
      row('orphans', 'hosts', [outcomes.reduce((total, { orphans }) => total + orphans, 0)]),
      row(
        'repaired',
        'ms',
        outcomes.map(({ repaired_ms }) => repaired_ms),
      ),
    )
  }
  return rows
}
