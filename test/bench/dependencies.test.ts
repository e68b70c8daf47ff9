import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Dependencies, Dependency } from '../../bench/core/contenders/dependencies.ts'
import { idiomaticMakers } from '../../bench/core/contenders/idiomatic.ts'
import { jsonSerializer } from '../../bench/core/contenders/json-serializer.ts'
import { twinMakers } from '../../bench/core/contenders/twin.ts'
import { wasmMakers } from '../../bench/core/contenders/wasm.ts'

const limits = { hosts_max: 8, entries_max: 1024 }
const wasm = await wasmMakers()
const twin = await twinMakers()
const makers = {
  wasm: () => driven(wasm.dependencies(limits)),
  twin: () => driven(twin.dependencies(limits)),
  idiomatic: () => driven(idiomaticMakers(jsonSerializer).dependencies(limits)),
}

const vector = fc.uniqueArray(
  fc.tuple(fc.nat(limits.hosts_max - 1), fc.integer({ min: 1, max: 2 }), fc.integer({ min: 1, max: 20 })),
  { maxLength: 6, selector: ([host, epoch]) => host * 10 + epoch },
)
const acts = fc.array(
  fc.oneof(
    { weight: 4, arbitrary: fc.record({ act: fc.constant('merge' as const), vector }) },
    { weight: 2, arbitrary: fc.record({ act: fc.constant('prune' as const), vector }) },
    { weight: 2, arbitrary: fc.record({ act: fc.constant('close' as const) }) },
    fc.record({ act: fc.constant('reset' as const) }),
  ),
  { maxLength: 40 },
)
type Act = typeof acts extends fc.Arbitrary<(infer One)[]> ? One : never

function driven<Vector>(host: Dependencies<Vector>) {
  return (one: Act): object => {
    switch (one.act) {
      case 'merge':
        host.merge(host.arrival(one.vector))
        return { committed: host.committed() }
      case 'prune':
        return { ended: host.prune(host.arrival(one.vector)), committed: host.committed() }
      case 'close':
        return { vector: sorted(host.read(host.close())), committed: host.committed() }
      case 'reset':
        host.reset()
        return { committed: host.committed() }
    }
  }
}

function sorted(entries: readonly Dependency[]): Dependency[] {
  return [...entries].sort(([host, epoch], [other, otherEpoch]) => host - other || epoch - otherEpoch)
}

test('every contender merges, prunes, encodes and commits the same, so that none skips work', () => {
  fc.assert(
    fc.property(acts, (list) => {
      const runs = Object.values(makers).map((make) => make())
      for (const act of list) {
        const [first, ...others] = runs.map((run) => run(act))
        for (const other of others) expect(other).toEqual(first)
      }
    }),
    { numRuns: 300 },
  )
})

test.each(Object.entries(makers))('%s: a version waits for what it brought, and later ones carry it on', (_, make) => {
  const run = make()
  run({ act: 'merge', vector: [[3, 1, 7]] })
  expect(run({ act: 'close' })).toEqual({ vector: [[3, 1, 7]], committed: 0 })
  run({ act: 'merge', vector: [[3, 1, 9]] })
  expect(run({ act: 'close' })).toEqual({ vector: [[3, 1, 9]], committed: 0 })
  expect(run({ act: 'prune', vector: [[3, 1, 7]] })).toEqual({ ended: 1, committed: 1 })
  expect(run({ act: 'prune', vector: [[3, 1, 9]] })).toEqual({ ended: 1, committed: 2 })
})
