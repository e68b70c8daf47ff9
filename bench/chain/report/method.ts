/**
 * What is compared, and how.
 *
 * @module
 */
import { text_bytes } from '../link.ts'
import type { Plan } from '../plan.ts'
import { flush_ms, hop_ms_max, hops, neighbours } from '../rollback/graph.ts'

export function howItIsMeasured({ loops, rounds, round_ms, requests_min, warm_up_ms, seed, rollback }: Plan): string {
  return `A request of ${text_bytes} bytes enters at the first host of a chain. Each host notes it in its state and passes it on; the last
notes it. *Accepted* is when the last host has taken it; *committed* is when its answer is released there: it can't be undone any
more. Loops (${loops.join(', ')} of them) are closed: each makes its next request when its last one is committed. A round lasts ${round_ms} ms, and
at least ${requests_min} requests of each loop. Contenders take turns, ${rounds} rounds each, in an order drawn anew for every round (seed ${seed}), after
${warm_up_ms} ms of warm-up that are not counted. Quantiles are over the requests of all rounds (their number is in the table: a p99 of
less than 100 is the slowest); throughput is the median over the rounds, ± half the distance between the quartiles.

| contender | what it is |
| --- | --- |
| **gated** | No library: each object puts the request under a key, and calls the next one when that is flushed. The platform's output gate does that; the added latency is awaited before the call, so that it holds it likewise. Flushes of one object overlap. A repeat would not be told, and a crash on the way leaves the request half done. |
| **k=0** | This library; a message leaves when it is committed. |
| **k=1**, **k=4** | A message leaves when at most so many hosts' failures could revoke it, its own among them. |
| **k=∞** | A message leaves at once. |

The added latency stands for storage that is far away: it is waited for after each flush, in all contenders. A local flush alone
takes a fraction of a millisecond, so that there is little to gain by not waiting for it. The engine has one commit in flight for each
host, and the next one gathers behind it.

**node**: all hosts in one thread over memory, a frame is a macrotask, the clients are in the same thread: the protocol with nothing under
it. With the flush as it is, it is bound by the processor alone, and shows what speculation costs in work.

**workerd**: each host is a Durable Object of its own, over SQLite on this machine's disk, reached through \`@darq/edge\` as a client would
reach it, but for the network: an enqueue is a request whose reply streams the grades, and each loop watches the last object. Objects call each other
over RPC. All of it is in one process and one thread, clients too, and a commit stops all of it while SQLite flushes; so the hops of a request, its flushes and what is
said about them take turns on one processor, which they would not do on the platform itself. The clock goes in steps of 1 ms. The gated chain's
time is taken at the last object, when its flush is over; the way back is not counted.

**processes**: a Node process for each host, over a file that is flushed by \`fsync\`, and the added latency on top; frames go over Unix sockets,
clients over the processes' own channels. Hosts share the processors of this machine, but nothing else.

*Processor* is time of all threads that have to do with the chain, clients included: in workerd of its one process (in steps of 10 ms
a round, and with the opening of the clients' streams), in Node of this process, or of all.

**A process that is killed** (workerd): 16 loops keep a chain busy, SIGKILL. When the new process answers a request that asks
nothing of it, the platform has started; then a request is made of the chain, and timed until it is committed. All hosts of the chain are in that process, and each opens its log
anew, one after the other, as the request reaches it.

**Between hosts** (in Node, a flush takes 20 ms, frames are counted but nothing is timed): bytes per message and hop. *headers* is
all of a data frame but its messages, vectors are a part of that; *acks and questions* are all other frames.

**One crash in a random graph** runs the real engine under virtual time: ${rollback.hosts} hosts, each knows ${neighbours} others, a message that enters takes
${hops} more hops of 0 to ${hop_ms_max} ms to random neighbours, a flush takes ${flush_ms} ms, K is ∞. One host that has something to lose is killed. Apart from
the engine it is written down, message by message, what was handled where and sent by which handling; a host *truly
depended* if its state came from a handling that was lost. Shares are means over the crashes, of all other hosts. *Orphans* depended and
were not rolled back.`
}
