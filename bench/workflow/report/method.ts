/**
 * What is compared, and how.
 *
 * @module
 */
import type { Plan } from '../plan.ts'
import { darqs } from '../steps.ts'

export function howItIsMeasured({ loads, rounds, warm_up_runs, seed, long, resume }: Plan): string {
  const load = loads.map(({ clients, runs }) => `${clients} (${runs} runs a round)`).join(' and ')
  return `**Three steps.** A client starts a workflow over HTTP and waits for its result. The workflow makes three trivial steps, one after the other;
each returns a small object, the workflow their sum, which the client checks. Clients (${load}, all contenders alike) are closed loops in
one Node process: each starts its next workflow when its last one is done, over connections that are kept. Contenders take turns, ${rounds} rounds each, in an order drawn anew for
every round (seed ${seed}), after ${warm_up_runs} runs of each load that are not counted. Figures are medians over the rounds, ± half the
distance between the quartiles; p50 and p99 are those of the rounds. All contenders are up all the time, and share the processors of this machine
with each other and with the clients.

| contender | what it is |
| --- | --- |
| **darq** | This library in workerd, ${darqs} Durable Objects that share the instances. Three \`flow.effect\`: each begins when the one before, and the state that asked for it, are committed. The client is \`connect(url).call(…)\`; each of the clients is one of its own. A second start with the same id is the same run. |
| **darq-http** | The same, asked by one plain request for each run, as the others are: \`POST …/messages/start\` with an idempotency key. |
| **darq-calls** | The same, with three \`flow.call\` to a participant in another object, K = ∞: no call waits for a flush, the answer waits for all. It has no counterpart among the others. |
| **platform** | No library: a Durable Object that puts each step’s result under a key and waits for the flush, once for each id. What workerd itself takes for three flushes and a request; a crash leaves a run half done until somebody asks again. |
| **restate** | A service with three \`ctx.run\` in a Node process of its own, behind a Restate server; the client posts to the server’s ingress. A second request runs again: less is promised than by the others. |
| **restate-workflow** | The same as a workflow: once for each key. |
| **dbos** | A workflow with three \`DBOS.runStep\` in a Node process with an HTTP server, over PostgreSQL. The client names the workflow’s id. |

*Flushes* are the calls of \`fsync\` and \`fdatasync\` by all processes of a contender. They are counted in rounds of their own, by \`strace\` with a
seccomp filter, in a contender that is opened for that alone: nothing that is timed is traced. *Processor* is time of all
threads of all its processes (steps of 10 ms a round); that of the clients’ process stands apart.

**A long workflow**: ${long.steps} steps in a loop, ${long.rounds} rounds after one that warms up, each on a new instance; time per step of the first and of
the last ${long.stretch}, seen from inside of the function. *effects* are \`flow.effect\` with \`pure\`, which wait for no flush; *calls* go to another participant (in Node of the same host, in workerd of another
object). workerd’s clock goes in steps of 1 ms. Time on the processor is that of the whole process, in Node alone.

**Going on**: a workflow has done ${resume.steps} steps and is in the midst of an effect; its host is closed (in workerd: its process ended) and opened again
on the same store. The time is from opening the store (in workerd: from the construction of its object) to the effect’s running again, ${resume.rounds} times.`
}
