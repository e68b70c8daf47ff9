/** The command: what it makes, and what it refuses. */
import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import * as fc from 'fast-check'
import { afterAll, beforeEach, describe, expect, test } from 'vitest'
import { packedPaths } from '../../scripts/release/packed-paths.ts'
import { tooOld } from '../src/node-version.js'

const entry = join(import.meta.dirname, '../index.js')
const { version }: { version: string } = JSON.parse(readFileSync(join(import.meta.dirname, '../package.json'), 'utf8'))
const above = mkdtempSync(join(tmpdir(), 'create-darq-'))
afterAll(() => rmSync(above, { recursive: true, force: true }))

let nth = 0
let cwd = ''
beforeEach(() => {
  nth += 1
  cwd = join(above, `case-${nth}`)
  mkdirSync(cwd)
})

function create(...args: string[]) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [entry, ...args], { cwd, encoding: 'utf8' })
  return { status, stdout, stderr }
}
const read = (file: string) => readFileSync(join(cwd, file), 'utf8')

describe('a new folder', () => {
  test('has the template under its own name, with the versions of this release', () => {
    expect(create('my-shop')).toMatchObject({ status: 0, stderr: '' })
    const made: { name: string; dependencies: Record<string, string> } = JSON.parse(read('my-shop/package.json'))
    expect(made.name).toBe('my-shop')
    expect(made.dependencies).toMatchObject({ '@darq/edge': version, '@darq/runtime': version })
    expect(read('my-shop/wrangler.jsonc')).toContain('"name": "my-shop"')
    const files = readdirSync(join(cwd, 'my-shop'), { recursive: true, withFileTypes: true }).filter((one) =>
      one.isFile(),
    )
    for (const { parentPath, name } of files)
      expect(readFileSync(join(parentPath, name), 'utf8')).not.toContain('darq-app')
  })

  test('keeps what is made and what is secret out of version control', () => {
    create('my-shop')
    expect(read('my-shop/.gitignore').split('\n')).toEqual(expect.arrayContaining(['node_modules/', '.dev.vars']))
    expect(existsSync(join(cwd, 'my-shop/_gitignore'))).toBe(false)
  })

  test('has a secret of its own that nobody else can read', () => {
    create('one')
    create('two')
    expect(read('one/.dev.vars')).toMatch(/^TOKEN_SECRET=[0-9a-f]{64}\n$/)
    expect(read('one/.dev.vars')).not.toBe(read('two/.dev.vars'))
    expect(statSync(join(cwd, 'one/.dev.vars')).mode & 0o077).toBe(0)
  })

  test('says what to do next, from where one stands', () => {
    expect(create('my shop', '--name', 'shop').stdout).toContain('  cd "my shop"\n  npm install\n')
    mkdirSync(join(cwd, 'here'))
    cwd = join(cwd, 'here')
    expect(create('.').stdout).not.toContain('cd ')
  })

  test('may be a fresh clone', () => {
    mkdirSync(join(cwd, 'cloned/.git'), { recursive: true })
    expect(create('cloned').status).toBe(0)
  })
})

test('what is packed is the command and the template, and nothing that a run in it has left', async () => {
  const home = join(import.meta.dirname, '..')
  const left = ['node_modules', 'dist', '.wrangler'].map((name) => join(home, 'template', name))
  for (const folder of left) {
    mkdirSync(folder, { recursive: true })
    writeFileSync(join(folder, 'left.json'), '{}')
  }
  const paths = await packedPaths(home)
  for (const folder of left) rmSync(folder, { recursive: true })
  expect(paths).toEqual(
    expect.arrayContaining(['index.js', 'src/main.js', 'template/_gitignore', 'template/package.json']),
  )
  expect(paths.filter((path) => path.includes('left.json') || path.startsWith('test/'))).toEqual([])
})

describe('is refused with a sentence and status 1, and nothing is written', () => {
  test('a folder that is not empty', () => {
    mkdirSync(join(cwd, 'full'))
    writeFileSync(join(cwd, 'full/mine.txt'), 'mine')
    const { status, stderr } = create('full')
    expect(status).toBe(1)
    expect(stderr).toMatch(/full is not empty \(mine\.txt\): name a folder that is empty/)
    expect(readdirSync(join(cwd, 'full'))).toEqual(['mine.txt'])
  })

  test('a file', () => {
    writeFileSync(join(cwd, 'file'), '')
    expect(create('file')).toMatchObject({ status: 1, stderr: expect.stringContaining('is a file') })
  })

  test('a folder below a file', () => {
    writeFileSync(join(cwd, 'file'), '')
    expect(create('file/below')).toMatchObject({ status: 1, stderr: expect.stringContaining("can't be written") })
  })

  test.each(['My Shop', 'shop_1', '-shop', 'shop-', '1shop', 'ö', 'a'.repeat(64)])('the name %s', (name) => {
    const { status, stderr } = create('folder', `--name=${name}`)
    expect(status).toBe(1)
    expect(stderr).toContain(`'${name}' can't be the name`)
    expect(existsSync(join(cwd, 'folder'))).toBe(false)
  })
})

test.each([[[]], [['one', 'two']], [['one', '--nmae', 'x']], [['one', '--name']]])(
  'wrong arguments %j get the help and status 2',
  (args) => {
    const { status, stderr } = create(...args)
    expect(status).toBe(2)
    expect(stderr).toContain('npm create darq@latest <folder>')
    expect(readdirSync(cwd)).toEqual([])
  },
)

test('its version is that of the packages that it asks for', () => {
  for (const folder of ['core-as', 'runtime-ts', 'edge-worker']) {
    const file = join(import.meta.dirname, '../..', folder, 'package.json')
    expect(JSON.parse(readFileSync(file, 'utf8')).version, folder).toBe(version)
  }
})

test('--help and --version say so, and write nothing', () => {
  expect(create('--help')).toMatchObject({ status: 0, stdout: expect.stringContaining('--name <name>') })
  expect(create('--version')).toMatchObject({ status: 0, stdout: `${version}\n` })
  expect(readdirSync(cwd)).toEqual([])
})

test('a Node that is too old is told which one is needed, every other one passes', () => {
  const { engines }: { engines: { node: string } } = JSON.parse(
    readFileSync(join(import.meta.dirname, '../package.json'), 'utf8'),
  )
  expect(tooOld('20.19.0')).toContain(`needs Node ${engines.node.slice(2)} or newer, and this is 20.19.0`)
  const part = fc.nat({ max: 60 })
  fc.assert(
    fc.property(part, part, part, (major, minor, patch) => {
      const isOld = major < 22 || (major === 22 && minor < 12)
      expect(tooOld(`${major}.${minor}.${patch}`) !== undefined).toBe(isOld)
    }),
  )
})
