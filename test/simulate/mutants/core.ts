/** Broken cores: the twin, for a module in Wasm can't be changed while it is loaded. What holds for one holds for both. */
import type { Mutant } from './mutant.ts'

export const coreMutants: readonly Mutant[] = [
  {
    name: 'gap-taken',
    breaks: 'G2: a skipped message is lost for good',
    file: 'core-as/src/twin/ingest.ts',
    find: "if (first > expected) return 'gap'",
    put: '',
    jobs: ['bank', 'shop', 'ring'],
  },
  {
    name: 'dedup-not-restored',
    breaks: 'G2: after a restart a repeat is taken as new',
    file: 'core-as/src/twin/replay.ts',
    find: 'if (id_bytes === 0) return true',
    put: 'if (id_bytes >= 0) return true',
    jobs: ['bank', 'ring'],
  },
  {
    name: 'consume-not-validated',
    breaks: 'G2: a message is consumed by two steps',
    file: 'core-as/src/twin/step.ts',
    find: 'if (state.consume(consumed(state, completion, nth))) continue',
    put: 'state.consume(consumed(state, completion, nth))\n    continue',
    jobs: ['ring', 'bank'],
  },
  {
    name: 'half-a-step-consumed',
    breaks: 'G1: a step that is refused has consumed the first of what it named',
    file: 'core-as/src/twin/step.ts',
    find: 'while (nth-- > 0) state.restore(consumed(state, completion, nth))',
    put: '',
    jobs: ['ring', 'bank'],
  },
  {
    name: 'snapshot-without-channels',
    breaks: 'G2: after a restart a channel starts again at 1, and what it sends is taken for a repeat',
    file: 'core-as/src/twin/replay.ts',
    find: 'const place = raise(state, tableNamed(tag & 0xff),',
    put: 'index += (tag & 0xff) === CHANNELS ? (ENTRY_BYTES + padded(id_bytes)) >>> 2 : 0\n    if ((tag & 0xff) === CHANNELS) continue\n    const place = raise(state, tableNamed(tag & 0xff),',
    jobs: ['bank', 'shop'],
  },
  {
    name: 'checkpoint-drops-pending',
    breaks: 'G7: a checkpoint consumes the messages before it as well',
    file: 'core-as/src/twin/state.ts',
    find: 'this.checkpoint = log.base + at\n    this.addUnconsumed(at)',
    put: 'for (let older = log.start; older < at; older += 8)\n      if (this.pending.has(older) && kindAt(log, older) === Kind.message) this.consume(older)\n    this.checkpoint = log.base + at\n    this.addUnconsumed(at)',
    jobs: ['shop', 'ring', 'bank'],
  },
  {
    name: 'sequence-used-again',
    breaks: 'G2: after a restart a channel gives its newest sequence to another message',
    file: 'core-as/src/twin/replay.ts',
    find: 'long(words, index + 2) + 1) === NONE) return false',
    put: 'long(words, index + 2)) === NONE) return false',
    jobs: ['bank', 'ring'],
  },
]
