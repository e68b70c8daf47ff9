import { expect, test } from 'vitest'
import { verdictOf } from '../../src/checkout/view/verdict.ts'

type Facts = Parameters<typeof verdictOf>[0]
const order: NonNullable<Facts['order']> = {
  ...{ id: 'a1', slipIs: 'saved', tabSteps: [], phase: 'done', phaseLost: undefined, phaseIs: 'saved', edgeSteps: [] },
  slip: {
    ...{ order: { sku: 'tea', count: 2, card: 'good' }, state: 'bought' },
    bought: { receipt: 'receipt', cents: 900 },
  },
}
const line = { key: 'key', what: 'charge', order: 'a1', cents: 900, asked: 2, outcome: 'charged', at_ms: 0 } as const
const facts = (more: Partial<Facts>): Facts => ({
  ...{ isOpen: true, order, earlier: [], book: [line], shelf: { left: 3, held: 2 }, isOffline: false },
  ...more,
})

test('an order is well when the cashier has what it costs', () => {
  expect(verdictOf(facts({}))).toEqual({
    tone: 'good',
    text: 'Order a1: bought, and charged once: €9.00. The books agree.',
  })
})

test('it is not when the cashier has another sum, for this order or an earlier one', () => {
  expect(verdictOf(facts({ book: [line, { ...line, key: 'other' }] })).tone).toBe('busy')
  const earlier = order.slip === undefined ? [] : [{ id: 'a0', slip: order.slip }]
  expect(verdictOf(facts({ earlier })).text).toContain('order a0 is to cost €9.00, and the cashier has €0.00')
})

test('an order that the edge has not taken on says where it is', () => {
  const { slip: _, ...rest } = order
  const kept = { ...rest, slip: undefined, phase: undefined }
  expect(verdictOf(facts({ order: kept, isOffline: true })).text).toContain('kept in the tab until it is online')
  expect(verdictOf(facts({ order: kept })).text).toContain('on its way to the edge')
})
