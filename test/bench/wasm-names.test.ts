import { expect, test } from 'vitest'
import { functionNames } from '../../bench/core/wasm-names.ts'

const bytesOf = (text: string) => [text.length, ...new TextEncoder().encode(text)]

test('function names are read from the name section, other sections and kinds of names passed over', () => {
  const entries = [2, 5, ...bytesOf('assembly/ingest/ingest'), 0x80, 1, ...bytesOf('step')]
  const module = [1, 3, ...bytesOf('mod')].slice(1)
  const names = [...bytesOf('name'), 0, module.length, ...module, 1, entries.length, ...entries]
  const head = [0, 0x61, 0x73, 0x6d, 1, 0, 0, 0]
  const other = [0, 6, ...bytesOf('other')]
  expect([...functionNames(Buffer.from([...head, ...other, 0, names.length, ...names]))]).toEqual([
    [5, 'ingest/ingest'],
    [128, 'step'],
  ])
})

test('a module without names has none', () => {
  expect(functionNames(Buffer.from([0, 0x61, 0x73, 0x6d, 1, 0, 0, 0, 10, 1, 0])).size).toBe(0)
})
