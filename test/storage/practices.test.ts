import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { practices } from './practices.ts'

const root = join(import.meta.dirname, '../..')
const suites = readdirSync(import.meta.dirname)
  .filter((name) => name.endsWith('.ts') && !name.startsWith('practices'))
  .map((name) => readFileSync(join(import.meta.dirname, name), 'utf8'))
  .join('\n')
  .replaceAll('\\`', '`')
  .replaceAll(/`\$\{name\} /g, '`')
const words_min = 3

/** @returns whether a suite has a title that begins so, of a group or of a test */
function isTitle(words: readonly string[]): boolean {
  return ["'", '`'].some((quote) => suites.includes(quote + words.join(' ')))
}

/** A test's full name is its group's title and its own; a number in it may have been put in at run time. */
function isNamed(test: string): boolean {
  const words = test.split(/ \d{6,}/)[0]?.split(' ') ?? []
  return words.some((_, at) => {
    const [group, own] = [words.slice(0, at), words.slice(at)]
    const isGroup = group.length === 0 || isTitle(group) || isTitle(group.slice(1))
    return own.length >= words_min && isGroup && isTitle(own)
  })
}

// `node test/storage/mutants.ts` shows that each named test fails without its practice; this keeps the list true meanwhile.
describe.each(practices)('$practice', ({ test, without }) => {
  it('can be left out of the source', () => {
    const source = readFileSync(join(root, without.file), 'utf8')
    expect(source.split(without.find).length - 1).toBe(1)
    expect(without.put).not.toBe(without.find)
  })

  it('has the test that it names', () => {
    expect(isNamed(test), test).toBe(true)
  })
})
