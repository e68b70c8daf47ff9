/**
 * The packages say `sideEffects: false`, so that a bundler leaves out a module whose names nobody uses. That is true as long as no module
 * does anything but declare while it is evaluated.
 *
 * @module
 */
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { parseAst, transformWithOxc } from 'vite'
import { expect, test } from 'vitest'
import { releasedPackages } from '../../scripts/release/packages.ts'

/** Statements that come to nothing when no other module uses what they declare. */
const declarations = [
  ...['ImportDeclaration', 'ExportNamedDeclaration', 'ExportAllDeclaration', 'ExportDefaultDeclaration'],
  ...['FunctionDeclaration', 'ClassDeclaration', 'VariableDeclaration'],
]

/** A package without exports is only run. */
const modules = releasedPackages().filter(({ manifest }) => manifest.exports !== undefined)

async function acts(source: string): Promise<readonly string[]> {
  const { code } = await transformWithOxc(source, 'module.ts')
  return parseAst(code).body.flatMap((one) => (declarations.includes(one.type) ? [] : [code.slice(one.start, one.end)]))
}

test('a statement that acts is found', async () => {
  expect(await acts('export const a: number = 1\nclass B {}\nfunction c() { a() }')).toEqual([])
  expect(await acts('import { a } from "a"\na()\nglobalThis.b = 1')).toEqual(['a();', 'globalThis.b = 1;'])
})

test.each(modules.map(({ manifest, folder }) => [manifest.name, folder]))(
  '%s says that its modules have no side effects, and its modules only declare',
  async (_name, folder) => {
    expect(JSON.parse(await readFile(join(folder, 'package.json'), 'utf8')).sideEffects).toBe(false)
    const sources = join(folder, 'src')
    const files = (await readdir(sources, { recursive: true })).filter((file) => /(?<!\.d)\.ts$/.test(file))
    expect(files.length).toBeGreaterThan(5)
    const acting: string[] = []
    for (const file of files)
      for (const act of await acts(await readFile(join(sources, file), 'utf8'))) acting.push(`${file}: ${act}`)
    expect(acting).toEqual([])
  },
  60_000,
)
