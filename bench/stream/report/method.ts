/**
 * How the figures of the streams' benchmark came about.
 *
 * @module
 */
import type { Plan } from '../plan.ts'

export function howItIsMeasured({ records, batch, rounds, timed, warm_up }: Plan): string {
  const number = (count: number): string => count.toLocaleString('en')
  return `- **lateness**: the flights example: flights that are over 15 minutes late, by airport and hour, their mean delay. The ${number(20_000)} flights of \`flights-20k.json\` over and over, three months later each time: ${number(records)} records. (The file of 200,000 flights has neither dates nor airports.) **trends**: the stream example of DARQ's prototype: searches for a topic by region in windows of ten seconds, and where their number has grown by a fifth; ${number(records)} records.
- **speculative** and **k=0**: the stream on one host, its results sent to a participant on another, with a store each. Speculative: what is sent leaves before it is durable (K = ∞); k=0: it waits. Both check each record against its schema, and state and results are durable, exactly once.
- **by-hand** is the floor: one process, a loop over a map, one strict transaction a batch for the windows that it has changed, and a count of its results. It parses and checks the same records. It has no second host, knows no repeats, and loses its order if a batch is sent twice.
- Records come in messages of ${number(batch)} (\`many\`), fed in the same thread, 16 messages ahead of what is committed. A round ends when all results are committed where they go, and is void if there are more or fewer than by hand. **Records per second of one core**: over the processor time of the whole process (Node alone can tell): both hosts, the feeder, file writes and the garbage collector are in it.
- **Latency**: one message of 100 records at a time, the last of which closes their windows: from its sending to the first of its results, seen by a watcher of the other host (it may yet be withdrawn), and committed. In workerd the clock shows whole milliseconds, and clients reach the objects through the worker's HTTP routes, as from outside.
- ${rounds} rounds of each, in an order that is drawn anew, after ${number(warm_up)} records to warm up; ${timed} timed messages a round. The median of the rounds, ± half of the distance between the quartiles.`
}
