/** The README's first example runs as it stands, and its commands and the repository's are those that are written down. */
import { execFile } from 'node:child_process'
import { mkdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { root, textOf } from './page.ts'

const run = promisify(execFile)
const page = textOf('README.md')
const [, first = ''] = /```ts\n([\s\S]*?)\n```/.exec(page) ?? []
const { scripts }: { scripts: Record<string, string> } = JSON.parse(textOf('package.json'))

describe('the first example of the README', () => {
  // Below the repository, so that the packages are found.
  const folder = join(root, 'test/.tmp/readme')
  const file = join(folder, 'first.ts')

  beforeAll(async () => {
    await mkdir(folder, { recursive: true })
    await writeFile(file, `${first}\n`)
  })
  afterAll(() => rm(folder, { recursive: true, force: true }))

  test('runs in Node and prints what its last words say', async () => {
    const [, said] = /console\.log\('(.+)'\)/.exec(first) ?? []
    const { stdout } = await run(process.execPath, [file])
    expect(stdout.trim()).toBe(said)
  })

  test('compiles', { timeout: 60_000 }, async () => {
    const config = join(folder, 'tsconfig.json')
    await writeFile(
      config,
      JSON.stringify({ extends: join(root, 'tsconfig.json'), include: ['first.ts'], exclude: [] }),
    )
    await run(join(root, 'node_modules/.bin/tsc'), ['--noEmit', '-p', config])
  })

  test('stands on the first screen with what installs its imports', () => {
    const [install = ''] = /^npm install .*$/m.exec(page) ?? []
    const packages = [...first.matchAll(/from '((?:@\w+\/)?\w+)/g)].map(([, name = '']) => name)
    expect(packages.length).toBeGreaterThan(1)
    for (const name of packages) expect(install.split(' ')).toContain(name)
    expect(page.slice(0, page.indexOf(first) + first.length).split('\n').length).toBeLessThan(60)
  })
})

describe('CONTRIBUTING.md', () => {
  const rows = [...textOf('CONTRIBUTING.md').matchAll(/^\| `npm (?:run )?([\w:]+)/gm)].map(([, name = '']) => name)

  test('names every command of the repository, and no other', () => {
    expect([...new Set(rows)].sort()).toEqual(Object.keys(scripts).sort())
  })

  test('gives a reason for every dependency', () => {
    const folders = ['.', 'core-as', 'runtime-ts', 'edge-worker', 'browser-demo', 'test', 'bench']
    const used = folders.flatMap((folder) => {
      const { dependencies = {}, devDependencies = {} } = JSON.parse(textOf(`${folder}/package.json`))
      return Object.keys({ ...dependencies, ...devDependencies })
    })
    const page = textOf('CONTRIBUTING.md')
    expect(used.filter((name) => !name.startsWith('@darq/') && !page.includes(`\`${name}\``))).toEqual([])
  })
})
