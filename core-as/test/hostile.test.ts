import { expect, test } from 'vitest'
import { Kind } from '../src/core.ts'
import { batch, join, limits, put, stepFrame } from './frames.ts'
import { makers, Pair } from './pair.ts'
import { sign } from './segments.ts'

/** xorshift: a row of numbers that is the same in every run. */
function numbers(seed: number): (below: number) => number {
  let state = seed
  return (below) => {
    state ^= state << 13
    state ^= state >>> 17
    state ^= state << 5
    return (state >>> 0) % below
  }
}

/** Each test's. A longer run belongs to a script. */
const rounds = 5000
const timeout_ms = 60_000

const spicy = [0, 1, 2, 7, 8, 9, 16, 32, 40, 127, 128, 255]

/** A copy of `bytes` with a few bytes changed, and sometimes cut, or with words that point far. */
function mutate(bytes: Uint8Array, next: (below: number) => number): Uint8Array {
  let copy = bytes.slice()
  for (let times = 1 + next(4); times > 0; times--) {
    const at = next(copy.length)
    const how = next(5)
    if (how === 0) copy[at] = (copy[at] ?? 0) ^ (1 << next(8))
    else if (how === 1) copy[at] = spicy[next(spicy.length)] ?? 0
    else if (how === 2) copy.fill(255, at & ~3, (at & ~3) + 4)
    else if (how === 3) copy.copyWithin(at & ~7, next(copy.length) & ~7, (next(copy.length) & ~7) + 8)
    else if (next(4) === 0) copy = copy.slice(0, Math.max(8, at & ~7))
  }
  return copy
}

function prepared(): Pair {
  const pair = new Pair({ log_bytes_max: 1 << 22 })
  pair.ingest({ producer: 'ann', messages: ['a', 'bb', 'x'.repeat(50)] })
  pair.step({
    consume: pair.pending(Kind.message).slice(0, 1),
    send: [{ to: 'bob' }],
    checkpoint: 'c',
    remember: ['s'],
  })
  pair.seal()
  return pair
}

test(
  'mutated frames and steps are refused without a trace, or taken by both alike',
  () => {
    const next = numbers(12345)
    let pair = prepared()
    let digest = pair.digest()
    const counts = { taken: 0, refused: 0 }
    for (let round = 0; round < rounds; round++) {
      const isStep = round % 2 === 0
      const at = pair.core.reserved
      const good = isStep
        ? stepFrame(at, {
            consume: [...pair.pending(Kind.message).slice(0, 2), pair.core.checkpoint],
            send: [
              { to: 'bob', payload: 'hi' },
              { to: 'eve', due_ms: 9 },
            ],
            remember: ['mine'],
            checkpoint: 'c',
          })
        : batch({ producer: 'ann', first: pair.core.expected(new TextEncoder().encode('ann')), messages: ['m', 'nn'] })
      const frame = mutate(good, next)
      const answers = pair.cores.map((core) => {
        put(core, frame)
        return isStep ? core.step(frame.length) : core.ingest(frame.length).status
      })
      expect(answers[0]).toBe(answers[1])
      const taken = answers[0] === 'done' || answers[0] === 'accepted'
      counts[taken ? 'taken' : 'refused']++
      const digests = pair.cores.map((core) => core.digest())
      expect(digests[0]).toBe(digests[1])
      if (!taken && digests[0] !== digest) expect.fail(`round ${round}: ${answers[0]} left a trace`)
      digest = digests[0] ?? 0
      if (pair.core.end > 10_000) {
        pair.same()
        pair = prepared()
        digest = pair.digest()
      }
    }
    expect(counts.taken).toBeGreaterThan(200)
    expect(counts.refused).toBeGreaterThan(200)
  },
  timeout_ms,
)

test(
  'mutated segments with a right checksum are refused without a trace, or taken by both alike',
  () => {
    const next = numbers(999)
    const source = prepared()
    const first = join([source.log()])
    source.step({
      consume: source.pending(Kind.self, Kind.message),
      send: [{ to: 'bob' }, { to: 'x', due_ms: 1 }],
      checkpoint: 'd',
    })
    source.ingest({ producer: 'eve', messages: ['1', '2'] })
    source.each((core) => core.snapshot())
    const second = source.seal()

    const counts: Record<string, number> = {}
    const fresh = () => {
      const cores = makers.map((make) => make(limits))
      for (const core of cores) expect(core.load(first)).toBe('ok')
      return cores
    }
    let cores = fresh()
    const digest = cores[0]?.digest()
    for (let round = 0; round < rounds; round++) {
      const bytes = mutate(second, next)
      if (round % 8 > 0 && bytes.length > 32) sign(bytes)
      const [answer, other] = cores.map((core) => core.load(bytes))
      expect(other).toBe(answer)
      counts[answer ?? ''] = (counts[answer ?? ''] ?? 0) + 1
      const [left, right] = cores.map((core) => core.digest())
      expect(right).toBe(left)
      if (answer === 'ok') {
        // What was taken must be good for going on, and for going back.
        for (const core of cores) {
          expect(core.snapshot()).toBe('done')
          core.seal()
          core.pending(core.start, -1)
          core.truncate(core.head)
        }
        cores = fresh()
      } else if (left !== digest) expect.fail(`round ${round}: ${answer} left a trace`)
    }
    expect(counts).toMatchObject({ ok: expect.any(Number), corrupt: expect.any(Number), gap: expect.any(Number) })
    expect(counts.newer_format).toBeGreaterThan(0)
  },
  timeout_ms,
)

test(
  'random bytes are refused',
  () => {
    const next = numbers(77)
    const pair = prepared()
    const digest = pair.digest()
    for (let round = 0; round < rounds; round++) {
      const bytes = Uint8Array.from({ length: 8 * (1 + next(30)) }, () => spicy[next(20)] ?? next(256))
      for (const core of pair.cores) {
        put(core, bytes)
        const { status } = core.ingest(bytes.length)
        if (status === 'accepted') expect.fail('random bytes were taken')
        put(core, bytes)
        if (core.step(bytes.length) === 'done') expect.fail('random bytes were taken')
        if (core.load(bytes) === 'ok') expect.fail('random bytes were taken')
      }
    }
    expect(pair.digest()).toBe(digest)
  },
  timeout_ms,
)
