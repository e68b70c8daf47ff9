/**
 * The engine with one rule broken each, as the sketches of speculation name them, and more. The search must find each.
 *
 * @module
 */

export interface Patch {
  readonly file: string
  /** Stands in the file once. */
  readonly find: string
  readonly put: string
}

export interface Mutant {
  readonly name: string
  readonly breaks: string
  readonly patches: readonly Patch[]
  /** Where to look for it: `scope` or `scope/K`. The first that is broken is told. */
  readonly scopes: readonly string[]
}

const engine = (file: string, find: string, put: string): Patch => ({
  file: `runtime-ts/src/engine/${file}`,
  find,
  put,
})

export const mutants: readonly Mutant[] = [
  {
    name: 'open-version-grows',
    breaks: 'a version takes on new dependencies after messages have left it',
    patches: [engine('send.ts', 'if (batch.version === host.speculation.open) host.speculation.freeze()\n', '')],
    scopes: ['crossing/Infinity'],
  },
  {
    name: 'no-transitive-dependencies',
    breaks: 'a message names the state it comes from, and not what that depends on',
    patches: [
      engine('send.ts', 'this.#send(batch, host.speculation.unstable(batch.version))', 'this.#send(batch, [])'),
    ],
    scopes: ['chain-1-1/Infinity', 'ping/Infinity'],
  },
  {
    name: 'accepted-counts-as-committed',
    breaks: 'a sender drops what its receiver has only accepted',
    patches: [engine('receive.ts', 'committed: rows?.[0]?.first ?? expected,', 'committed: expected,')],
    scopes: ['pair-1-1/Infinity'],
  },
  {
    name: 'new-epoch-not-examined',
    breaks: 'a peer’s new epoch is taken note of, and its lineage not looked at',
    patches: [engine('dependency-tracking.ts', "else if (heard === 'newer') this.#examine(standing)", '')],
    scopes: ['pair-1-1/Infinity', 'ping/Infinity'],
  },
  {
    name: 'epoch-used-again',
    breaks: 'a new life has the name of the one before it',
    patches: [
      engine('lineage.ts', 'Math.max((stored ?? 0) + 1, byClock)', 'Math.max(stored ?? 0, byClock)'),
      { file: 'runtime-ts/src/storage/store.ts', find: '!(epoch > expected)', put: '!(epoch >= expected)' },
    ],
    scopes: ['pair-1-1/Infinity'],
  },
  {
    name: 'fence-skipped',
    breaks: 'who was replaced goes on writing',
    patches: [
      { file: 'runtime-ts/src/storage/memory.ts', find: 'if (this.newest >= first) {', put: 'if (this.newest < 0) {' },
    ],
    scopes: ['pair-takeover/Infinity'],
  },
  {
    name: 'durable-counts-as-committed',
    breaks: 'what is durable here is told committed, whatever it depends on',
    patches: [
      engine(
        'host.ts',
        'const committed = this.speculation.committed(this.versions.durable)',
        'const committed = this.versions.durable',
      ),
    ],
    scopes: ['pair-1-1/Infinity'],
  },
  {
    name: 'own-state-not-named',
    breaks: 'a message names what its state depends on, and not that state',
    patches: [engine('receive.ts', 'const all = version > durable ? ', 'const all = version < 0 ? ')],
    scopes: ['pair-1-1/Infinity'],
  },
  {
    name: 'accepted-told-durable',
    breaks: 'a question is answered by what was asked, durable or not',
    patches: [
      engine(
        'peer.ts',
        "if (state.epoch === epoch) return state.version <= durable ? 'durable' : 'unknown'",
        "if (state.epoch === epoch) return 'durable'",
      ),
    ],
    scopes: ['pair-1-1/Infinity', 'chain-1-1/Infinity'],
  },
  {
    name: 'lost-state-taken',
    breaks: 'a message is taken that comes from a lost state',
    patches: [
      engine(
        'receive.ts',
        "else if (fate !== 'durable') return 'lost'",
        "else if (fate === 'forgotten') return 'lost'",
      ),
    ],
    scopes: ['ping/Infinity', 'chain-1-1/Infinity', 'fork-1-1/Infinity'],
  },
  {
    name: 'dependencies-not-stored',
    breaks: 'after a restart a host does not know what its durable versions depend on',
    patches: [
      engine('commit.ts', 'writer.version(version, dependencies)', 'void dependencies\n  writer.version(version, [])'),
    ],
    scopes: ['pair-1-2/Infinity', 'pair-1-1/Infinity'],
  },
  {
    name: 'everything-goes-back',
    breaks: 'a host goes back behind what depends on nothing lost',
    patches: [
      engine('dependency-tracking.ts', 'this.#host.goBack(to, `', 'this.#host.goBack(this.#host.versions.committed, `'),
    ],
    scopes: ['pair-2-1/Infinity', 'ping/Infinity', 'meeting-1-1/Infinity', 'fork-1-1/Infinity'],
  },
  {
    name: 'restart-takes-for-loss',
    breaks: 'a restart that has lost nothing rolls back those who depend on it',
    patches: [
      engine(
        'peer.ts',
        "return state.version <= lineage.survivedBy(state.epoch) ? 'durable' : 'lost'",
        "return 'lost'",
      ),
    ],
    scopes: ['pair-1-1/Infinity'],
  },
  {
    name: 'rollback-drops-what-was-not-durable',
    breaks: 'a rollback loses versions that depend on nothing lost, because they were not written yet',
    patches: [engine('host.ts', 'tail: this.#commit.remains(to)', 'tail: undefined')],
    scopes: ['crossing-crash/Infinity'],
  },
  {
    name: 'older-epoch-read',
    breaks: 'what a life has said that is over is read as if it were the present one',
    patches: [engine('peer.ts', 'standing.epoch < known.standing.epoch', 'standing.epoch < 0')],
    scopes: ['pair-any/Infinity', 'pair-lossy/Infinity'],
  },
  {
    name: 'older-answer-read',
    breaks: 'an answer to an older life counts',
    patches: [engine('send.ts', 'ack.echo !== host.epoch || ', '')],
    scopes: ['pair-1-1/Infinity', 'pair-any/Infinity', 'pair-1-2/Infinity'],
  },
  {
    name: 'truncated-when-durable',
    breaks: 'a log is truncated when its consumption is durable, though it may be undone',
    patches: [
      engine(
        'commit.ts',
        'this.#uncommitted.push({ version, sealings })',
        'this.#settle({ version, sealings }, version)',
      ),
    ],
    scopes: ['gathering/Infinity'],
  },
  {
    name: 'k-not-kept',
    breaks: 'a message leaves although more than K hosts could take it back',
    patches: [engine('dependency-tracking.ts', 'speculation.hosts(version) + own <= k', 'own <= k')],
    scopes: ['chain-1-1/1'],
  },
  {
    name: 'never-asked',
    breaks: 'nobody asks what is durable elsewhere: what nobody tells unasked is never known',
    patches: [
      engine('questions.ts', 'for (const [host, states] of byHost) this.#send(host, states)\n', 'void byHost\n'),
    ],
    scopes: ['pair-lossy/Infinity'],
  },
  {
    name: 'rewind-forgotten',
    breaks: 'after a receiver went back, its sender does not',
    patches: [
      engine(
        'send.ts',
        'this.#cursor = Math.max(expected, this.#queue.first)\n    if (refused',
        'this.#cursor = Math.max(expected, this.#queue.first, this.#cursor)\n    if (refused',
      ),
    ],
    scopes: ['pair-1-1/Infinity', 'chain-1-1/Infinity'],
  },
  {
    name: 'repeats-taken',
    breaks: 'what came before is taken again',
    patches: [
      {
        file: 'core-as/src/twin/ingest.ts',
        find: 'if (first < expected) repeats = Math.min(count, expected - first)',
        put: 'if (first < expected) repeats = 0',
      },
    ],
    scopes: ['pair-1-1/Infinity'],
  },
  {
    name: 'never-asked-again',
    breaks: 'a sender waits for an answer for ever',
    patches: [engine('send.ts', 'host.clock.now_ms() + answer_ms_max, () => this.#lost())', 'Infinity, () => {})')],
    scopes: ['pair-lossy/Infinity'],
  },
]
