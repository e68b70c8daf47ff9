/**
 * What is compared, and how.
 *
 * @module
 */
import type { Plan } from '../plan.ts'

export function howItIsMeasured({ producers, rounds, round_ms, warm_up_ms, seed, flat, opening }: Plan): string {
  return `Producers (${producers.join(', ')} of them) run closed loops: each sends its next message of 100 bytes when its last one is
durable. All send to one counter; each message is a step, which adds 1 to the total that the step before has remembered. Everything happens
in one thread: in a worker of the browser, in a Durable Object, in a thread of Node. What is not measured is the way from a page
to its worker, or from a client to the edge.

Two levels stand next to each other, over the same storage in the same run. *Level 0* is the engine: bytes go into the log, a
processor makes the steps. *Level 1* is what applications are written against: a client encodes a message, the host checks it
against its schema, a participant's handler runs, its state is kept. In both each producer has an id of its own, so that its messages
are numbered and deduplicated by themselves, except where producers share a client.

A round lasts ${round_ms} ms and until all that follows from its messages is durable, which counts: after each round the counter must
stand at exactly the number of messages that were sent. Contenders and numbers of producers take turns, ${rounds} rounds each, in an order drawn
anew for every round (seed ${seed}), after ${warm_up_ms} ms of warm-up each that are not counted. Shown are medians over the rounds, and ±
half the distance between the quartiles. Ratios are medians of the ratios round by round; **× platform** and **× transactional** are
over the best rate that the other reached with *any* number of producers.

| contender | what it is |
| --- | --- |
| **darq-bytes** | Level 0: \`openEngine\` with the Wasm core, over \`indexedDB\` or \`durableObject\`. \`enqueue\` of one message of random bytes; ids of 16 bytes. |
| **darq** | Level 1: \`openHosted\` over the same, a client for each producer. |
| **darq-one-client** | Level 1, but all producers share one client, as the parts of a page do: what they send in the same breath travels as one batch. |
| **transactional** | The same participant and clients over plain storage transactions: one takes the messages that a client sends, one makes the step. In a Durable Object a transaction resolves before it is on the disk, so its receipt waits for \`storage.sync()\`, too. |
| **platform-message** | One transaction a message of 100 random bytes, and nothing else. IndexedDB: strict, all issued at once, the browser runs them one after the other. Durable Object: \`put\` and \`sync()\`, one after the other, because writes of one tick would be one transaction. |
| **platform-64k** | One value of 64 KiB of random bytes a transaction. |

*Durable* is the receipt's \`committed\`: on one host the same commit. Latencies are timed for every message of fewer than 16
producers, else for one in 16. *B/step* is what was handed to the platform's storage, values and keys as they stand in its
calls, over the steps; what the platform makes of it on the disk is not in it. *MB/s* is that again, over the time: **platform-64k** shows what the platform writes in blocks. *Lag* is how long, at the end of a round, steps are still
to come when all messages are durable: a contender that takes messages faster than it makes steps shows it here.

Where the time of a step goes is told by two other figures of the run, next to it where there are 1024 producers: what the same takes in Node over
memory, where nothing is written, and what its bytes take at the rate of **platform-64k**. Commits of many steps are larger than such
blocks and quicker a byte, and a disk may work while the thread does, so the two need not add up.

In workerd the clock goes in steps of 1 ms: with one producer 16 messages, one after the other, make one sample of the durable
latency, and there is none of the accepted one; the others are exact to a millisecond. Local workerd commits inline on its event loop, in a
fraction of a millisecond, so that there is less to gain by a common commit than where the disk is far away.

Flat cost: ${flat.windows} windows of ${flat.window_steps.toLocaleString('en')} steps of a store that has seen ${flat.old_steps.toLocaleString('en')}, and as many of new stores that have seen
${flat.young_steps.toLocaleString('en')}, in random order in one thread, with ${flat.producers} producers that share a client. *stored* is the size of all values in the store, the largest of ten samples a
window (what is consumed is cleared away now and then); *core memory* is the Wasm memory; *heap* is all of the thread's heap and buffers, garbage
collected: of the same host when it is five windows old, so that its code is compiled, and when it is old.

Opening: \`openHosted\`, until it resolves, ${opening.times} times; in Chromium each time in a worker that has just started, its modules loaded, the Wasm
not. The pending messages are ${opening.pending.toLocaleString('en')} of 100 bytes, with the limit of the log raised; nothing of them is delivered while the
clock runs.`
}
