import { expect, test } from 'vitest'
import type { PlannedFault } from '../check/fault-plan.ts'
import { type Progress, Recovery, type SideProgress } from '../check/recovery.ts'

const demo = (sides: { tab: SideProgress; edge: SideProgress }): Progress => ({ all: 1000, ...sides })

const kill: PlannedFault = { kind: 'edge_kill', at_flights: 100, lasts_ms: 0 }
const crash: PlannedFault = { kind: 'renderer_crash', at_flights: 100, lasts_ms: 0 }
const cut: PlannedFault = { kind: 'network_cut', at_flights: 100, lasts_ms: 300 }
const before = demo({ tab: { flights: 512, epoch: 7 }, edge: { flights: 256, epoch: 3 } })

test('a killed edge has recovered when a new life of it has gone further', () => {
  const recovery = new Recovery()
  recovery.begin(kill, before, 1000)
  recovery.see(demo({ tab: { flights: 768, epoch: 7 }, edge: { flights: 512, epoch: 3 } }), 1100)
  expect(recovery.isOpen('edge')).toBe(true)
  recovery.see(demo({ tab: { flights: 768, epoch: 7 }, edge: { flights: 256, epoch: 4 } }), 1200)
  expect(recovery.isOpen('edge')).toBe(true)
  recovery.see(demo({ tab: { flights: 768, epoch: 7 }, edge: { flights: 512, epoch: 4 } }), 1300)
  expect(recovery.done).toEqual([{ fault: kill, recovery_ms: 300 }])
})

test('a killed tab has recovered by its own progress, not by the edge’s', () => {
  const recovery = new Recovery()
  recovery.begin(crash, before, 1000)
  recovery.see(demo({ tab: { flights: 512, epoch: 8 }, edge: { flights: 512, epoch: 3 } }), 1100)
  expect(recovery.waiting).toEqual(['tab'])
  recovery.see(demo({ tab: { flights: 600, epoch: 8 }, edge: { flights: 512, epoch: 3 } }), 1200)
  expect(recovery.waiting).toEqual([])
})

test('after a cut nobody is a new life: progress of the edge is enough', () => {
  const recovery = new Recovery()
  recovery.begin(cut, before, 1000)
  recovery.see(before, 1100)
  expect(recovery.waiting).toEqual(['network'])
  recovery.see(demo({ tab: { flights: 512, epoch: 7 }, edge: { flights: 512, epoch: 3 } }), 1200)
  expect(recovery.done).toEqual([{ fault: cut, recovery_ms: 200 }])
})

test('a side that has everything has nowhere further to go', () => {
  const recovery = new Recovery()
  recovery.begin(kill, demo({ tab: { flights: 1000, epoch: 7 }, edge: { flights: 1000, epoch: 3 } }), 1000)
  recovery.see(demo({ tab: { flights: 1000, epoch: 7 }, edge: { flights: 1000, epoch: 4 } }), 1500)
  expect(recovery.done).toHaveLength(1)
})
