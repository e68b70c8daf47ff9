import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Contender } from '../../bench/core/contenders/contender.ts'
import { idiomaticMakers } from '../../bench/core/contenders/idiomatic.ts'
import { jsonSerializer } from '../../bench/core/contenders/json-serializer.ts'
import { twinMakers } from '../../bench/core/contenders/twin.ts'
import { v8Serializer } from '../../bench/core/contenders/v8-serializer.ts'
import { wasmMakers } from '../../bench/core/contenders/wasm.ts'

const wasm = await wasmMakers()
const twin = await twinMakers()
const makers = {
  wasm: () => driven(wasm.contender()),
  twin: () => driven(twin.contender()),
  'idiomatic with v8': () => driven(idiomaticMakers(v8Serializer).contender()),
  'idiomatic with JSON': () => driven(idiomaticMakers(jsonSerializer).contender()),
}

/** Offers a batch that begins `back` messages before what is expected, takes a step, or commits. */
const offer = fc.record({
  act: fc.constant('offer' as const),
  producer: fc.constantFrom('tab-1', 'tab-2', '6fbe1d6e-6d0f-4a0e-8d2c-0c7a9f1d2e3b'),
  back: fc.nat(6),
  payloads: fc.array(fc.uint8Array({ maxLength: 40 }), { minLength: 1, maxLength: 5 }),
  from: fc.constantFrom('arrival' as const, 'objects' as const),
})
const step = fc.record({
  act: fc.constant('step' as const),
  which: fc.nat(),
  sent: fc.uint8Array({ maxLength: 40 }),
  remembered: fc.uint8Array({ maxLength: 40 }),
})
const commit = fc.record({ act: fc.constant('commit' as const) })
const acts = fc.array(fc.oneof({ weight: 4, arbitrary: offer }, step, commit), { maxLength: 30 })
type Act = typeof acts extends fc.Arbitrary<(infer One)[]> ? One : never

/** Runs acts. @returns a step that gives everything that can be seen after each, and all commits at the end */
function driven<Arrival, Key>(contender: Contender<Arrival, Key>) {
  const commits: Uint8Array<ArrayBuffer>[] = []
  const seen = () => ({
    unconsumed: contender.unconsumed,
    payloads: contender.payloads.map((payload) => Buffer.from(payload).toString('hex')),
    expected: ['tab-1', 'tab-2', 'nobody'].map((producer) => contender.expected(contender.key(producer))),
  })
  return {
    commits,
    seen,
    load: (commit: Uint8Array<ArrayBuffer>) => contender.load(commit),
    settle: () => contender.settle(),
    act(one: Act): object {
      let accepted = 0
      switch (one.act) {
        case 'offer': {
          const first = Math.max(1, contender.expected(contender.key(one.producer)) - one.back)
          const batch = { producer: one.producer, payloads: one.payloads.map((payload) => new Uint8Array(payload)) }
          accepted =
            one.from === 'arrival'
              ? contender.ingest(contender.arrival(batch), first)
              : contender.ingestObjects(batch, first)
          break
        }
        case 'step': {
          const positions = contender.positions()
          const position = positions[one.which % Math.max(1, positions.length)]
          if (position === undefined) break
          contender.step(position, 'totals@edge', new Uint8Array(one.sent), new Uint8Array(one.remembered))
          break
        }
        case 'commit': {
          const bytes = contender.commit()
          if (bytes.length > 0) commits.push(bytes)
        }
      }
      return { accepted, ...seen() }
    },
  }
}

test('every contender accepts, refuses and keeps the same, so that none skips work', () => {
  fc.assert(
    fc.property(acts, (list) => {
      const runs = Object.values(makers).map((make) => make())
      for (const act of list) {
        const [first, ...others] = runs.map((run) => run.act(act))
        for (const other of others) expect(other).toEqual(first)
      }
    }),
  )
})

test.each(Object.entries(makers))('%s: its commits hold all that was pending and expected', (_, make) => {
  fc.assert(
    fc.property(acts, (list) => {
      const before = make()
      for (const act of list) before.act(act)
      before.act({ act: 'commit' })
      const after = make()
      for (const commit of before.commits) after.load(commit)
      expect(after.seen()).toEqual(before.seen())
    }),
    { numRuns: 50 },
  )
})

test.each(Object.entries(makers))('%s: a commit with a flipped bit is refused', (_, make) => {
  const before = make()
  const payloads = [new Uint8Array(100)]
  before.act({ act: 'offer', producer: 'tab-1', back: 0, payloads, from: 'arrival' })
  before.act({ act: 'commit' })
  const [commit] = before.commits
  const bytes = new Uint8Array(commit ?? [])
  bytes[60] = (bytes[60] ?? 0) ^ 1
  expect(() => make().load(bytes)).toThrow(/checksum|corrupt/)
})

test.each(Object.entries(makers))('%s: settling leaves nothing pending, and what is expected stays', (_, make) => {
  const run = make()
  const payloads = [new Uint8Array(10), new Uint8Array(0)]
  run.act({ act: 'offer', producer: 'tab-1', back: 0, payloads, from: 'arrival' })
  run.act({ act: 'step', which: 0, sent: new Uint8Array(3), remembered: new Uint8Array(4) })
  run.settle()
  expect(run.seen()).toEqual({ unconsumed: 0, payloads: [], expected: [3, 1, 1] })
})
