/**
 * What is compared, and how.
 *
 * @module
 */
import type { Plan } from '../plan.ts'

export function howItIsMeasured({ rounds, round_ms, warm_up_ms, seed }: Plan): string {
  return `Every contender has a thread or isolate of its own, so that none spoils what the engine has learnt about another's
types, and none pays for another's garbage. They take turns: ${rounds} rounds of ${round_ms} ms of timed work each, in an order drawn
anew for every round (seed ${seed}), after ${warm_up_ms} ms of warm-up that are not counted; the rate of the very first section
is the row \`warm_up\`. Shown are medians over the rounds, and ± half the distance between the quartiles. Ratios are medians
of the ratios round by round. All time counts, pauses of the collector and of a busy machine too; the row \`typical\` is the rate
of the section in the middle of each round, a fraction of a millisecond long, which shows what is left without them (on a busy
machine it still flatters the fast, whose short sections slip between interruptions). Between sections, untimed, everything is consumed and the log dropped. After each section it is checked that all
that was asked for was done.

| workload | what is timed |
| --- | --- |
| \`ingest\` | Batches arrive: the core copies a frame in, checks it, dedups, appends; the idiomatic version dedups and keeps the objects. |
| \`ingest-commit\` | The same up to bytes ready for storage: after each MiB of log the core seals (XXH32) and copies the segment out; the idiomatic version serializes and adds a checksum. |
| \`ingest-objects\` | As \`ingest-commit\`, but all start from the same plain objects: the core has to write the frame first. |
| \`ingest-duplicates\` | As \`ingest-commit\`, each batch offered twice; messages offered are counted. |
| \`copy-in\` | The copy across the boundary alone. In C: \`memcpy\` of the same bytes. |
| \`step\`, \`step-commit\` | Consumes one message, sends one, remembers one, from two payloads in memory; without and with the commit of all. |
| \`seal\` | The commit alone, of a MiB. |
| \`recovery\` | An empty one loads what the commits gave, a MiB each, and knows again what is pending and what is next. |
| \`lookup\` | The next sequence of one producer among very many, in random order. |
| \`vectors\` | Dependency vectors of a host that hears from 1,024 others. For each version: 16 messages bring a vector each, which is merged; the version's own vector is encoded; a notice prunes what has become durable, 8 versions back; it is asked what is committed. The batch is the entries of a vector. The cores decode vectors from bytes, the idiomatic version is given entries. |
| \`soak\` | Each call by itself. |
| \`memory\` | Messages held pending. Cores: all of their memory, with the room to grow. Idiomatic: the growth of the heap, after a collection. |

**wasm** and **twin** are \`@darq/core\`, driven as the engine drives them. **idiomatic** is objects in an array, a \`Map\` for the
dedup, and the platform's serializer: \`v8.serialize\` and \`zlib.crc32\` in Node, JSON with native base64 elsewhere, the faster
of what each runtime has. It may keep the payloads that it is given instead of copying them, and need not parse what arrives.
**C** is bench/core/native/ingest.c: the same records, dedup, pending bits and checksum, byte for byte, compiled for this machine.

In workerd the clock goes in steps of 1 ms: sections are 8 times as long there and begin at random between two steps, and single
calls can't be timed. Browsers give steps of 5 to 20 µs at best, about as long as
one call: their soak shows pauses, and no ratio to the median.`
}
