/** The package.json that is published says what the workspace's says, about built files. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { publishedManifest } from '../../scripts/release/manifest.ts'

const base = { name: '@darq/one', version: '0.1.0' }
const word = fc.stringMatching(/^[a-z][a-z-]{0,8}$/)
const modulePath = fc.array(word, { minLength: 1, maxLength: 3 }).map((parts) => parts.join('/'))

describe('the published manifest', () => {
  test('each module entry points at its built module, types first', () => {
    fc.assert(
      fc.property(fc.dictionary(word, modulePath), (entries) => {
        const exports = Object.fromEntries(
          Object.entries(entries).map(([name, path]) => [`./${name}`, `./src/${path}.ts`]),
        )
        const published = publishedManifest({ ...base, exports }, {}, '1.0.0')
        const expected = Object.entries(entries).map(([name, path]) => [
          `./${name}`,
          { types: `./dist/${path}.d.ts`, default: `./dist/${path}.js` },
        ])
        expect(published).toMatchObject({ exports: Object.fromEntries(expected) })
        for (const entry of Object.values(Object(published).exports))
          if (typeof entry !== 'string') expect(Object.keys(Object(entry))).toEqual(['types', 'default'])
      }),
    )
  })

  test.each(['./test/model.ts', './src/core.js', './fuzz.ts', './src/'])('an entry at %s is refused', (path) => {
    expect(() => publishedManifest({ ...base, exports: { '.': path } }, {}, '1.0.0')).toThrow(path)
  })

  test('packages of one release need each other in exactly that version, others as the workspace says', () => {
    const dependencies = { '@darq/core': '0.1.0', idb: '8.0.4' }
    expect(publishedManifest({ ...base, dependencies }, {}, '2.3.4')).toMatchObject({
      version: '2.3.4',
      dependencies: { '@darq/core': '2.3.4', idb: '8.0.4' },
    })
  })

  test('what only the workspace needs is left out', () => {
    const published = publishedManifest(
      { ...base, scripts: { build: 'asc' }, devDependencies: { x: '1' } },
      {},
      '1.0.0',
    )
    expect(published).not.toHaveProperty('scripts')
    expect(published).not.toHaveProperty('devDependencies')
  })
})
