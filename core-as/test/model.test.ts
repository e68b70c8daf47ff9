import fc from 'fast-check'
import { expect, test } from 'vitest'
import { Kind, type Lsn } from '../src/core.ts'
import { limits, text } from './frames.ts'
import { Model } from './model.ts'
import { Pair } from './pair.ts'

const kinds = [Kind.message, Kind.self, Kind.checkpoint, Kind.timer, Kind.out] as const
const names = ['a', 'bob', 'x'.repeat(1023), 'some/longer-name#0']
/** Producers that tell their birth, by when it was. */
const births_s = new Map([2, 8, 14].map((birth_s) => [`born ${birth_s}`, birth_s]))

/** A number that becomes an index into whatever there is when the command runs. */
const nth = fc.nat({ max: 1_000_000 })
const second = fc.nat({ max: 20 })
const keys_max = 3
const payload = fc.oneof(
  { weight: 20, arbitrary: fc.nat({ max: 60 }) },
  { weight: 1, arbitrary: fc.constantFrom(4096, 4097) },
)

const command = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      type: fc.constant('ingest' as const),
      producer: fc.constantFrom('', ...names, ...births_s.keys()),
      /** Away from what is expected. */
      shift: fc.constantFrom(0, 0, 0, 0, -1, -2, -5, 1),
      messages: fc.array(payload, { minLength: 1, maxLength: 6 }),
      time_s: second,
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      type: fc.constant('key' as const),
      key: fc.constantFrom('a', 'k1', 'k2', 'k3', 'k4', 'x'.repeat(1023)),
      time_s: second,
    }),
  },
  {
    weight: 6,
    arbitrary: fc.record({
      type: fc.constant('step' as const),
      consume: fc.array(nth, { maxLength: 5 }),
      wrong: fc.oneof({ weight: 8, arbitrary: fc.constant(null) }, { weight: 1, arbitrary: fc.nat({ max: 10 }) }),
      send: fc.array(fc.record({ to: fc.constantFrom(...names), timer: fc.boolean() }), { maxLength: 3 }),
      remember: fc.array(fc.nat({ max: 30 }), { maxLength: 2 }),
      checkpoint: fc.option(fc.nat({ max: 40 })),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({ type: fc.constant('acknowledge' as const), which: fc.array(nth, { maxLength: 4 }) }),
  },
  { weight: 4, arbitrary: fc.record({ type: fc.constant('seal' as const) }) },
  {
    weight: 2,
    arbitrary: fc.record({
      type: fc.constant('snapshot' as const),
      producers_before_s: fc.oneof(fc.constant(0), second),
      keys_before_s: fc.oneof(fc.constant(0), second),
    }),
  },
  { weight: 2, arbitrary: fc.record({ type: fc.constant('commit' as const), end: nth }) },
  { weight: 1, arbitrary: fc.record({ type: fc.constant('rewind' as const), to: nth }) },
  { weight: 1, arbitrary: fc.record({ type: fc.constant('restart' as const) }) },
)
type Command = typeof command extends fc.Arbitrary<infer Value> ? Value : never

class Run {
  model = new Model()
  pair = new Pair({ keys_max })
  /** How often each thing really happened. */
  readonly counts: Record<string, number>

  constructor(counts: Record<string, number>) {
    this.counts = counts
  }

  do(command: Command): void {
    const { model, pair } = this
    switch (command.type) {
      case 'ingest': {
        const { producer, shift } = command
        const first = Math.max(1, model.next(0, producer) + shift)
        const messages = command.messages.map((length) => 'm'.repeat(length))
        const birth_s = births_s.get(producer)
        const dates = birth_s === undefined ? {} : { time_s: command.time_s, birth_s }
        const frame = producer === '' ? { messages } : { producer, first, messages, ...dates }
        const answer = pair.ingest(frame)
        expect(answer).toEqual(model.ingest(frame, limits.message_bytes_max))
        this.count(answer.duplicates > 0 ? 'repeat' : answer.status)
        break
      }
      case 'key': {
        const { key, time_s } = command
        const frame = { key, time_s, messages: ['for a key'] }
        const answer = pair.ingest(frame)
        expect(answer).toEqual(model.ingestKey(frame, keys_max))
        this.count(answer.duplicates > 0 ? 'repeated key' : 'new key')
        break
      }
      case 'step': {
        const pending = [...model.pending].filter(([, kind]) => kind !== Kind.out || command.wrong !== null)
        const consume = pick(pending, command.consume).map(([lsn]) => lsn)
        if (command.wrong !== null) consume.push(model.tail - 8 * command.wrong - 8)
        const send = command.send.map(({ to, timer }) => (timer ? { to, due_ms: 17 } : { to, payload: 'out' }))
        const remember = command.remember.map((length) => 's'.repeat(length))
        const parts = { consume, send, remember }
        const all = command.checkpoint === null ? parts : { ...parts, checkpoint: 'c'.repeat(command.checkpoint) }
        const answer = pair.step(all)
        expect(answer).toBe(model.step(all))
        this.count(answer)
        break
      }
      case 'acknowledge': {
        const lsns = pick([...model.pending.keys()], command.which)
        expect(pair.acknowledge(...lsns)).toBe(model.acknowledge(lsns))
        break
      }
      case 'seal':
        expect(pair.seal()).toEqual(model.seal())
        break
      case 'snapshot': {
        const from = model.tail
        const { producers_before_s, keys_before_s } = command
        const producers_before_ms = producers_before_s * 1000 + 999
        expect(pair.each((core) => core.snapshot({ producers_before_ms, keys_before_ms: keys_before_s * 1000 }))).toBe(
          'done',
        )
        model.forget(producers_before_s, keys_before_s)
        model.snapshot(pair.log().slice(from - pair.core.start))
        break
      }
      case 'commit': {
        const [end = 0] = pick(model.boundaries, [command.end])
        const { start } = model
        const to = model.commit(end)
        pair.each((core) => core.truncate(to as Lsn))
        if (to > start) this.count('truncated')
        break
      }
      case 'rewind': {
        const [to] = pick(model.boundaries, [command.to])
        if (to === undefined) return
        model.rewind(to)
        expect(pair.each((core) => core.rewind(to as Lsn))).toBe('done')
        this.count('rewound')
        break
      }
      case 'restart':
        this.pair = new Pair({ keys_max })
        expect(this.pair.load(model.restart())).toBe('ok')
        // A core that has nothing to load knows no start: it is a new one.
        if (model.segments.length === 0) this.model = new Model()
        this.count('restarted')
        break
    }
    this.agree()
  }

  /** All that the model knows is what the cores show. */
  agree(): void {
    const { model, pair } = this
    const { core } = pair
    expect(Buffer.compare(pair.log(), model.log()), 'the log').toBe(0)
    expect(core).toMatchObject({ start: model.start, end: model.end, sealed: model.sealed, head: model.head })
    expect(core.reserved).toBe(model.tail)
    expect(core.checkpoint).toBe(model.now.checkpoint)
    expect(core.snapshotted).toBe(model.now.snapshot < 0 ? model.start : model.now.snapshot)
    const pending = [...model.pending.keys()].sort((left, right) => left - right)
    expect(pair.pending(...kinds)).toEqual(pending)
    const outs = [...model.pending.values()].filter((kind) => kind === Kind.out).length
    expect(core).toMatchObject({ unacknowledged: outs, unconsumed: pending.length - outs })
    for (const name of [...names, ...births_s.keys()]) {
      expect(core.expected(text(name))).toBe(model.next(0, name))
      expect(core.outgoing(text(name))).toBe(model.next(1, name))
    }
  }

  count(what: string): void {
    this.counts[what] = (this.counts[what] ?? 0) + 1
  }
}

function pick<Item>(items: readonly Item[], which: readonly number[]): Item[] {
  return which.flatMap((index) => items.slice(index % (items.length || 1)).slice(0, 1))
}

test('whatever is done in whatever order, both cores do what the model does', () => {
  const counts: Record<string, number> = {}
  fc.assert(
    fc.property(fc.array(command, { minLength: 1, maxLength: 80, size: 'max' }), (commands) => {
      const run = new Run(counts)
      for (const each of commands) run.do(each)
    }),
    // Rarest of all is a log that is truncated: three in a hundred.
    { numRuns: 400 },
  )
  for (const what of [
    'accepted',
    'repeat',
    'gap',
    'too_large',
    'expired',
    'new key',
    'repeated key',
    'done',
    'empty',
    'not_pending',
    'truncated',
    'rewound',
    'restarted',
  ]) {
    expect(counts[what], `times that '${what}' happened`).toBeGreaterThan(0)
  }
}, 60_000)
