/** The page of operations names every limit of the engine, with its default. */
import { describe, expect, test } from 'vitest'
import { body_bytes_max } from '../../edge-worker/src/route-table.ts'
import { sectionsOf, textOf } from './page.ts'

const page = textOf('docs/operations.md')
const limits = sectionsOf(page, 2).find(({ title }) => title === 'Limits')?.body ?? ''
const rows = new Map(
  [...limits.matchAll(/^\| `(\w+)` \| ([^|]+) \|/gm)].map(([, name = '', value = '']) => [name, value.trim()]),
)

const [, members = ''] =
  /export interface EngineLimits \{\n([\s\S]*?)\n\}/.exec(textOf('runtime-ts/src/engine/types.ts')) ?? []
const names = [...members.matchAll(/readonly (\w+): number/g)].map(([, name = '']) => name)

const [, defaults = ''] =
  /export const limits_default: EngineLimits = \{\n([\s\S]*?)\n\}/.exec(textOf('runtime-ts/src/engine/host.ts')) ?? []
const values = new Map(
  [...defaults.matchAll(/(\w+): ([\d_ *]+),/g)].map(([, name = '', product = '']) => [
    name,
    product.split('*').reduce((all, factor) => all * Number(factor.replaceAll('_', '')), 1),
  ]),
)

const units: Readonly<Record<string, number>> = {
  KiB: 1024,
  MiB: 1024 ** 2,
  day: 86_400_000,
  days: 86_400_000,
}

function numberOf(text: string): number {
  const [number = '', unit] = text.split(' ')
  return Number(number.replaceAll(',', '')) * (unit === undefined ? 1 : (units[unit] ?? Number.NaN))
}

test('names the limits of the engine, and no others', () => {
  expect(names.length).toBeGreaterThan(5)
  expect([...rows.keys()]).toEqual(names)
})

describe.each(names)('%s', (name) => {
  test('has the default that the page says', () => {
    expect(numberOf(rows.get(name) ?? '')).toBe(values.get(name))
  })
})

test('the edge’s bodies are as large as the page says', () => {
  const row = (start: string) => page.split('\n').find((line) => line.startsWith(`| ${start}`)) ?? ''
  expect(body_bytes_max.frame).toBe(body_bytes_max.messages)
  expect(numberOf(row('a frame').split('|')[2]?.trim() ?? '')).toBe(body_bytes_max.frame)
  expect(numberOf(row('a JSON message').split('|')[2]?.trim() ?? '')).toBe(body_bytes_max.value)
})
