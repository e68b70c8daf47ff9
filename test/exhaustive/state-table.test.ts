import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { Packing } from './packing.ts'
import { StateTable } from './state-table.ts'

describe('numbers of a few bits', () => {
  test('come back as they were', () => {
    const numbers = fc
      .array(
        fc
          .integer({ min: 1, max: 32 })
          .chain((bits) => fc.tuple(fc.constant(bits), fc.nat(2 ** Math.min(bits, 31) - 1))),
        { minLength: 1, maxLength: 12 },
      )
      .filter((fields) => fields.length > 0)
    fc.assert(
      fc.property(numbers, (fields) => {
        const packing = new Packing(fields.map(([bits]) => bits))
        const words = new Uint32Array(packing.words)
        packing.values.set(fields.map(([, value]) => value))
        packing.write(words)
        packing.values.fill(0)
        expect([...packing.read(words)]).toEqual(fields.map(([, value]) => value))
      }),
    )
  })

  test('are refused when they take more', () => {
    const packing = new Packing([3, 5])
    packing.values.set([8, 0])
    expect(() => packing.write(new Uint32Array(1))).toThrow('8 does not fit in 3 bits')
  })
})

describe('a table of states', () => {
  test('holds each once, in the order in which they came, and whence', () => {
    const states = fc.array(fc.tuple(fc.nat(3), fc.nat(3), fc.nat(0xffff_ffff)), { maxLength: 200 })
    fc.assert(
      fc.property(states, (states) => {
        const table = new StateTable(3)
        const known: string[] = []
        for (const state of states) {
          const isNew = table.add(Uint32Array.from(state), known.length)
          expect(isNew).toBe(!known.includes(state.join()))
          if (isNew) known.push(state.join())
        }
        expect(table.size).toBe(known.length)
        const read = new Uint32Array(3)
        for (const [row, state] of known.entries()) {
          table.read(row, read)
          expect(read.join()).toBe(state)
          expect(table.find(read)).toBe(row)
          expect(table.from(row)).toBe(row)
        }
        expect(table.find(Uint32Array.of(9, 9, 9))).toBe(-1)
      }),
    )
  })

  test('grows, and finds them all', () => {
    const table = new StateTable(1)
    const count = 300_000
    for (let nth = 0; nth < count; nth += 1) table.add(Uint32Array.of(Math.imul(nth, 2_654_435_761)), 0)
    let found = 0
    for (let nth = 0; nth < count; nth += 1)
      if (table.find(Uint32Array.of(Math.imul(nth, 2_654_435_761))) === nth) found += 1
    expect(found).toBe(count)
  })
})
