import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { parseChangeset, withAsked, withVersion } from '../../scripts/release/changelog.ts'

const line = fc.stringMatching(/^[A-Za-z][a-z ]{0,20}[a-z.]$/)
const changeset = fc.record({ kind: fc.constantFrom('major' as const, 'minor' as const, 'patch' as const), text: line })

describe('a changeset', () => {
  test('is read with the largest of its kinds', () => {
    const source = `---\n'@darq/core': patch\n'@darq/runtime': minor\n---\n\nTwo lines\nof it.\n`
    expect(parseChangeset(source)).toEqual({ kind: 'minor', text: 'Two lines\nof it.' })
  })

  test.each(['just text', '---\n---\n\ntext', "---\n'@darq/core': minor\n---\n"])(
    'without a part is refused: %j',
    (source) => {
      expect(() => parseChangeset(source)).toThrow('expected front matter')
    },
  )
})

describe('the changelog', () => {
  test('gets a version on top, keeps what it had, and loses no changeset', () => {
    fc.assert(
      fc.property(fc.array(fc.array(changeset, { minLength: 1, maxLength: 5 }), { maxLength: 4 }), (releases) => {
        let changelog = '# Changelog\n\nNewest first.\n'
        for (const [index, changesets] of releases.entries()) {
          const before = changelog
          changelog = withVersion(changelog, `1.${index}.0`, changesets)
          for (const { text } of changesets) expect(changelog).toContain(`- ${text}\n`)
          for (const old of before.split('\n')) expect(changelog.split('\n')).toContain(old)
        }
        const versions = [...changelog.matchAll(/^## (.*)$/gm)].map(([, version]) => version)
        expect(versions).toEqual(releases.map((_, index) => `1.${index}.0`).reverse())
      }),
    )
  })

  test('says what breaks first', () => {
    const both = withVersion('# Changelog\n', '2.0.0', [
      { kind: 'patch', text: 'a bug' },
      { kind: 'major', text: 'a word' },
    ])
    expect(both).toBe('# Changelog\n\n## 2.0.0\n\n### Breaking\n\n- a word\n\n### Mended\n\n- a bug\n')
  })
})

test('what asks for packages of ours asks for the new version, and all else stays', () => {
  const before = '"@darq/edge": "0.0.0",\n"@darq/runtime": "^0.1.0",\n"hono": "4.13.19"'
  expect(withAsked(before, '1.2.3')).toBe('"@darq/edge": "1.2.3",\n"@darq/runtime": "1.2.3",\n"hono": "4.13.19"')
})
