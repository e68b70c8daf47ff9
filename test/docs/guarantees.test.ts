/** The page of the guarantees names files, tests and mutants: all of them exist. */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { mutants } from '../simulate/mutants.ts'
import { root, sectionsOf, textOf } from './page.ts'

const page = textOf('docs/guarantees.md')
const sections = sectionsOf(page, 2)

/** Paragraphs that begin with `**Word`. */
function paragraph(body: string, word: string): string {
  return body.split(/\n\n/).find((text) => text.trimStart().startsWith(`**${word}`)) ?? ''
}

/** `- [name](path): "title"` */
function testsIn(text: string): readonly { readonly file: string; readonly title: string }[] {
  return [...text.matchAll(/^- \[[^\]]+\]\(\.\.\/([^)]+)\): "(.+)"$/gm)].map(([, file = '', title = '']) => ({
    file,
    title,
  }))
}

test('there are eleven, in order', () => {
  expect(sections.map(({ title }) => title.split(' ')[0])).toEqual(
    Array.from({ length: 11 }, (_, index) => `G${index + 1}`),
  )
})

describe.each(sections)('$title', ({ title, body }) => {
  const [guarantee = ''] = title.split(' ')

  test('says who keeps it, by which tests, how it is checked, and what is not promised', () => {
    for (const word of ['Kept by', 'Tests:', 'Checker:', 'Mutants:', 'Not promised:'])
      expect(paragraph(body, word), word).not.toBe('')
    expect(paragraph(body, 'Kept by')).toMatch(/\]\(\.\.\//)
  })

  test('names tests that are there', () => {
    const tests = testsIn(paragraph(body, 'Tests:'))
    expect(tests.length).toBe(paragraph(body, 'Tests:').trim().split('\n').length - 1)
    expect(tests.length).toBeGreaterThan(0)
    for (const { file, title } of tests) {
      expect(existsSync(join(root, file)), file).toBe(true)
      expect(textOf(file), file).toContain(title)
    }
  })

  test('names the mutants that break it, all of them', () => {
    const names = mutants.filter(({ breaks }) => breaks.startsWith(`${guarantee}:`)).map(({ name }) => `\`${name}\``)
    const text = paragraph(body, 'Mutants:')
    if (names.length === 0) expect(text).toMatch(/^\*\*Mutants:\*\* none/)
    else expect(text).toBe(`**Mutants:** ${names.join(', ')}.`)
  })
})

test('every mutant stands for a guarantee of the page', () => {
  const guarantees = sections.map(({ title }) => title.split(' ')[0])
  expect(mutants.filter(({ breaks }) => !guarantees.includes(breaks.split(':')[0]))).toEqual([])
})

test('the holes that it owns up to are those that the tests show', () => {
  const shown = [...textOf('test/docs/lost-storage.test.ts').matchAll(/^ {2}test\('(.+)', async/gm)].map(
    ([, title = '']) => title,
  )
  const holes = shown.slice(-2)
  expect(holes.every((title) => page.includes(`"${title}"`))).toBe(true)
})
