import { expect, test } from 'vitest'
import { cellsOf, nameOf } from '../../src/lateness/cells.ts'
import { day_ms } from '../../src/lateness/late-departure.ts'

const row = (day: number, value = 20) => ({ key: 'ORD', from_ms: day * day_ms, to_ms: (day + 1) * day_ms, value })
const results = (windows: number) => ({ ORD: { windows, sum: 20 * windows } })
const none = { value: undefined, saved: undefined, lost: undefined }
const place = (name: string) => [row(0), row(1)].findIndex((one) => nameOf(one) === name)

test('a closed window is saved when its result is, at the edge', () => {
  const rows = [row(0), row(1)]
  const received = { value: results(2), saved: results(1), lost: undefined }
  const windows = { value: rows, saved: rows, lost: undefined }
  const cells = cellsOf({ windows, received, newest_ms: 3 * day_ms, place })
  expect([...cells.values()].map(({ how, isOpen }) => [how, isOpen])).toEqual([
    ['saved', false],
    ['pending', false],
  ])
})

test('a result that the edge had shown and lost is taken back', () => {
  const rows = [row(0), row(1)]
  const received = { value: results(1), saved: results(1), lost: results(2) }
  const windows = { value: rows, saved: rows, lost: undefined }
  const cells = cellsOf({ windows, received, newest_ms: 3 * day_ms, place })
  expect([...cells.values()].map(({ how }) => how)).toEqual(['saved', 'taken-back'])
})

test('a window is open until a departure far enough behind its end has come', () => {
  const windows = { value: [row(0)], saved: [row(0, 21)], lost: undefined }
  const at = (newest_ms: number) => [...cellsOf({ windows, received: none, newest_ms, place }).values()]
  expect(at(1.25 * day_ms - 1)).toMatchObject([{ isOpen: true, how: 'pending' }])
  expect(at(1.25 * day_ms)).toMatchObject([{ isOpen: false }])
})

test('a window that the tab had shown and lost is taken back', () => {
  const windows = { value: [row(0)], saved: [row(0)], lost: [row(0), row(1)] }
  const cells = cellsOf({ windows, received: none, newest_ms: day_ms, place })
  expect([...cells.values()].map(({ from_ms, how }) => [from_ms, how])).toEqual([
    [0, 'saved'],
    [day_ms, 'taken-back'],
  ])
})
