/** The page of the public surface names every export of every entry, and nothing else. */
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { exportsOf } from './exports.ts'
import { root, sectionsOf, textOf } from './page.ts'

interface Entry {
  readonly name: string
  readonly file: string
}

function entriesOf(folder: string): readonly Entry[] {
  const { name, exports }: { name: string; exports: Record<string, string> } = JSON.parse(
    textOf(`${folder}/package.json`),
  )
  return Object.entries(exports)
    .filter(([, file]) => file.endsWith('.ts'))
    .map(([entry, file]) => ({ name: name + entry.slice(1), file: join(root, folder, file) }))
}

const entries = ['runtime-ts', 'edge-worker', 'core-as'].flatMap(entriesOf)
const sections = new Map(
  sectionsOf(textOf('docs/api.md'), 3).map(({ title, body }) => [title.replaceAll('`', ''), body]),
)

/** The names in the first column of a section's table. */
function namesIn(section: string): readonly string[] {
  return section.split('\n').flatMap((line) => {
    const [, first = ''] = /^\| ((?:`\w+` ?)+)\|/.exec(line) ?? []
    return [...first.matchAll(/`(\w+)`/g)].map(([, name = '']) => name)
  })
}

test('every entry has its section, and every section its entry', () => {
  expect([...sections.keys()].sort()).toEqual(entries.map(({ name }) => name).sort())
})

describe.each(entries)('$name', ({ name, file }) => {
  const { values, types } = exportsOf(file)

  test('names what is exported, and nothing else', () => {
    const documented = namesIn(sections.get(name) ?? '')
    expect([...documented].sort()).toEqual([...values, ...types].sort())
  })

  test('exports at run time what its source says', async () => {
    const module: object = await import(file)
    expect(Object.keys(module).sort()).toEqual([...values].sort())
  })
})
