import { DarqError } from '@darq/runtime'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { Followed } from '../src/followed.ts'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

const withdrawn = { grade: 'withdrawn', error: new DarqError('withdrawn') } as const

test('a value is pending until it is committed, and then saved', () => {
  const phase = new Followed<string>(() => {})
  phase.see({ grade: 'accepted', value: 'approving' })
  expect(phase.facts()).toEqual({ value: 'approving', saved: undefined, lost: undefined, how: 'pending' })
  phase.see({ grade: 'committed', value: 'approving' })
  expect(phase.facts()).toEqual({ value: 'approving', saved: 'approving', lost: undefined, how: 'saved' })
})

test('a value that is withdrawn is taken back until another stands there, and said to be so for a moment longer', () => {
  let changes = 0
  const phase = new Followed<string>(() => {
    changes += 1
  })
  phase.see({ grade: 'accepted', value: 'charging' })
  phase.see(withdrawn)
  vi.advanceTimersByTime(60_000)
  expect(phase.facts()).toMatchObject({ value: undefined, lost: 'charging', how: 'taken-back' })
  phase.see({ grade: 'accepted', value: 'approving' })
  expect(phase.facts()).toMatchObject({ value: 'approving', lost: 'charging', how: 'taken-back' })
  const before = changes
  vi.advanceTimersByTime(4_000)
  expect(phase.facts()).toMatchObject({ value: 'approving', lost: undefined, how: 'pending' })
  expect(changes).toBe(before + 1)
})

test('what comes again is missed by nobody', () => {
  const phase = new Followed<string>(() => {})
  phase.see({ grade: 'accepted', value: 'approving' })
  phase.see(withdrawn)
  phase.see({ grade: 'committed', value: 'approving' })
  expect(phase.facts()).toMatchObject({ value: 'approving', lost: undefined, how: 'saved' })
})
