import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { mutants } from './mutants.ts'

test.each(mutants.map((mutant) => [mutant.name, mutant] as const))(
  'the mutant %s changes the source as it is',
  (_, mutant) => {
    const source = readFileSync(new URL(`../../${mutant.file}`, import.meta.url), 'utf8')
    expect(source.split(mutant.find)).toHaveLength(2)
    expect(mutant.put).not.toBe(mutant.find)
  },
)

test('no two mutants have the same name', () => {
  expect(new Set(mutants.map(({ name }) => name)).size).toBe(mutants.length)
})
