import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { planFaults, sideOf } from '../check/fault-plan.ts'
import { Random } from '../random.ts'

const plan = (seed: number, flights: number, kills: number) => planFaults(new Random(seed), { flights, kills })

describe('the plan of faults', () => {
  test('is the same for the same seed, and another for another', () => {
    expect(plan(1, 20_000, 8)).toEqual(plan(1, 20_000, 8))
    expect(plan(1, 20_000, 8)).not.toEqual(plan(2, 20_000, 8))
  })

  test('holds so many kills of each side, both ways to kill a tab, and at least three cuts', () => {
    const kinds = plan(3, 20_000, 8).map(({ kind }) => kind)
    const times = (kind: string) => kinds.filter((one) => one === kind).length
    expect(times('edge_kill')).toBe(8)
    expect(times('renderer_crash')).toBe(4)
    expect(times('worker_kill')).toBe(4)
    expect(times('network_cut')).toBe(3)
  })

  test('comes in order, and never so late that the job may be over', () => {
    fc.assert(
      fc.property(
        fc.integer(),
        fc.integer({ min: 500, max: 50_000 }),
        fc.integer({ min: 1, max: 20 }),
        (seed, flights, kills) => {
          const places = plan(seed, flights, kills).map(({ at_flights }) => at_flights)
          expect(places).toEqual([...places].sort((a, b) => a - b))
          expect(places[0]).toBeGreaterThan(0)
          expect(places.at(-1)).toBeLessThanOrEqual(0.9 * flights)
        },
      ),
    )
  })

  test('gives every kind its side', () => {
    expect(new Set(plan(1, 5_000, 2).map(({ kind }) => sideOf(kind)))).toEqual(new Set(['tab', 'edge', 'network']))
  })
})
