import { expect, test } from 'vitest'
import { firstExample } from '../../scripts/release/rehearsal.ts'
import { textOf } from '../docs/page.ts'

test('the README’s first example follows its install line', () => {
  const { packages, source } = firstExample(textOf('README.md'))
  expect(packages).toContain('@darq/runtime')
  expect(source).toContain("from '@darq/runtime'")
})

test.each(['```ts\nopen()\n```\n', 'npm install one\n', 'npm install one\n\n```sh\nls\n```\n'])(
  'a page without one of them is refused: %j',
  (page) => {
    expect(() => firstExample(page)).toThrow('npm install')
  },
)

test('what stands behind a # is no package', () => {
  expect(firstExample('npm install one two   # or three\n\n```ts\nopen()\n```\n')).toEqual({
    packages: ['one', 'two'],
    source: 'open()',
  })
})
