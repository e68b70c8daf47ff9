/**
 * Engine variants with one rule broken each. A checker that lets one live has a hole.
 *
 * A mutant is a piece of the real source that is replaced when it is loaded, so that the product carries no trace of it.
 *
 * @module
 */

export interface Mutant {
  readonly name: string
  /** The rule that it breaks, and the guarantee that falls. */
  readonly breaks: string
  readonly file: string
  readonly find: string
  readonly put: string
}

export const mutants: readonly Mutant[] = [
  {
    name: 'ack-before-durable',
    breaks: 'G2: the sender forgets what the receiver may still lose',
    file: 'runtime-ts/src/engine/receive.ts',
    find: 'if (uncommitted) host.atCommitted(uncommitted.version, answer)\n    else answer()',
    put: 'this.#uncommitted.clear()\n    answer()',
  },
  {
    name: 'send-before-committed',
    breaks: 'G5: a message leaves that its sender may still lose',
    file: 'runtime-ts/src/engine/send.ts',
    find: 'const committed = host.versions.committed\n',
    put: 'const committed = Number.MAX_SAFE_INTEGER as Version\n    void host\n',
  },
  {
    name: 'receipt-before-durable',
    breaks: 'G4: durable is told of what a crash still takes',
    file: 'runtime-ts/src/engine/versions.ts',
    find: 'if (version <= this.at) return Promise.resolve()',
    put: 'if (version <= this.at + 2) return Promise.resolve()',
  },
  {
    name: 'committed-before-written',
    breaks: 'G4: a version counts as durable when its write has begun',
    file: 'runtime-ts/src/engine/commit.ts',
    find: 'const size = bytes.length\n',
    put: 'const size = bytes.length\n    host.versions.advance(version)\n',
  },
  {
    name: 'fence-skipped',
    breaks: 'G3: an older owner of the store goes on writing',
    file: 'runtime-ts/src/storage/memory.ts',
    find: 'if (this.newest >= first) {',
    put: 'if (false as boolean) {',
  },
  {
    name: 'gap-taken',
    breaks: 'G2: a skipped message is lost for good',
    file: 'core-as/src/twin/ingest.ts',
    find: "if (first > answer.expected) return 'gap'",
    put: '',
  },
  {
    name: 'dedup-not-restored',
    breaks: 'G2: after a restart a repeat is taken as new',
    file: 'core-as/src/twin/replay.ts',
    find: 'id_bytes === 0 || raise(state, PRODUCERS,',
    put: 'id_bytes >= 0 || raise(state, PRODUCERS,',
  },
  {
    name: 'consume-not-validated',
    breaks: 'G2: a message is consumed by two steps',
    file: 'core-as/src/twin/step.ts',
    find: 'if (state.consume(consumed(state, completion, nth))) continue',
    put: 'state.consume(consumed(state, completion, nth))\n    continue',
  },
  {
    name: 'truncated-too-far',
    breaks: 'G7: what is still pending is dropped from the log',
    file: 'runtime-ts/src/engine/commit.ts',
    find: 'bytes, head: core.head, whole: false }]',
    put: 'bytes, head: core.sealed, whole: false }]',
  },
  {
    name: 'storage-dropped-too-early',
    breaks: 'G4: commits are dropped that an idle DARQ still needs',
    file: 'runtime-ts/src/engine/retention.ts',
    find: 'while (this.#oldest < newest && !this.#pins.has(this.#oldest)) {',
    put: 'while (this.#oldest < newest - 3) {',
  },
  {
    name: 'rewind-forgotten',
    breaks: 'G7: after the receiver went back, the sender does not',
    file: 'runtime-ts/src/engine/send.ts',
    find: 'this.#cursor = Math.max(ack.expected, this.#queue.first)',
    put: 'this.#cursor = Math.max(ack.expected, this.#queue.first, this.#cursor)',
  },
  {
    name: 'resend-forgotten',
    breaks: 'G7: a lost frame is never sent again',
    file: 'runtime-ts/src/engine/send.ts',
    find: 'this.#wait(() => this.offer())',
    put: 'this.#cursor = this.#queue.end',
  },
  {
    name: 'out-not-recovered',
    breaks: 'G7: after a restart an unacknowledged message is not offered again',
    file: 'runtime-ts/src/engine/darq.ts',
    find: 'this.channel(to).recover(lsn, (flags & flag_gated) !== 0)',
    put: 'void flags\n      void to',
  },
  {
    name: 'waiting-not-recovered',
    breaks: 'G7: after a restart a waiting message is not delivered again',
    file: 'runtime-ts/src/engine/host.ts',
    find: 'if (darq.waiting > 0) this.deliverSoon(darq)',
    put: '',
  },
  {
    name: 'dead-processor-stays-dead',
    breaks: 'G7: nobody attaches a processor again after one has thrown',
    file: 'runtime-ts/src/engine/host.ts',
    find: "if (this.#state === 'running' && !darq.attachment) this.deliverSoon(darq)",
    put: '',
  },
  {
    name: 'epoch-not-claimed',
    breaks: 'G3: a host writes without having claimed its epoch in the store',
    file: 'runtime-ts/src/engine/host.ts',
    find: 'const epoch = nextEpoch(opened.last?.epoch, options.clock.now_ms(), options.random())',
    put: 'const epoch = (opened.last?.epoch ?? nextEpoch(undefined, options.clock.now_ms(), options.random())) as Epoch',
  },
  {
    name: 'generation-not-checked',
    breaks: 'G3: a host takes what was meant for the one whose storage is gone',
    file: 'runtime-ts/src/engine/receive.ts',
    find: 'if (frame.addressee !== host.id || ',
    put: 'if (',
  },
  {
    name: 'move-loses-the-log',
    breaks: 'G4: what an idle DARQ left is written anew, but not all of it',
    file: 'runtime-ts/src/engine/recovery.ts',
    find: 'let core = part.whole ? undefined : cores.get(part.name)',
    put: 'let core = cores.get(part.name)',
  },
]
