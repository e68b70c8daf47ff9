/** What is packed: whole, of nothing but built files, and Node runs it below node_modules. */
import { execFile } from 'node:child_process'
import { globSync, readFileSync } from 'node:fs'
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type BuiltPackage, buildPackages } from '../../scripts/release/build-packages.ts'
import { root } from '../../scripts/release/packages.ts'
import { packedPaths } from '../../scripts/release/packed-paths.ts'

const run = promisify(execFile)
const names = ['@darq/core', '@darq/runtime', '@darq/edge']
let folder = ''
let built: BuiltPackage[] = []
const files = new Map<string, readonly string[]>()

interface Published {
  readonly exports: Record<string, string | { readonly types: string; readonly default: string }>
  readonly imports?: Record<string, Record<string, { readonly types: string; readonly default: string }>>
  readonly engines?: Record<string, string>
  readonly dependencies?: Record<string, string>
  readonly peerDependencies?: Record<string, string>
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'darq-packages-'))
  built = await buildPackages(join(folder, 'node_modules/@darq'))
  for (const name of names) files.set(name, await packedPaths(folderOf(name)))
}, 60_000)

afterAll(() => rm(folder, { recursive: true, force: true }))

function folderOf(name: string): string {
  const found = built.find((one) => one.name === name)
  if (found === undefined) throw new Error(`${name} was not built`)
  return found.folder
}

function manifestOf(name: string): Published {
  return JSON.parse(readFileSync(join(folderOf(name), 'package.json'), 'utf8'))
}

const allowed = /^(package\.json|README\.md|LICENSE|CHANGELOG\.md|build\/core\.wasm|dist\/[\w/-]+\.(js|js\.map|d\.ts))$/
const imported = /(?:^|\s)(?:from|import)\s*\(?\s*['"]([^'"]+)['"]/gm

describe.each(names)('%s as it is packed', (name) => {
  test('holds built files, types, source maps, a README and the licence, and nothing else', () => {
    const held = files.get(name) ?? []
    expect(held).toEqual(expect.arrayContaining(['package.json', 'README.md', 'LICENSE']))
    expect(held.filter((path) => !allowed.test(path) || /test\.|fuzz|mutant|bench/.test(path))).toEqual([])
    const modules = held.filter((path) => path.endsWith('.js'))
    expect(modules.length).toBeGreaterThan(5)
    for (const module of modules)
      expect(held).toEqual(expect.arrayContaining([`${module}.map`, module.replace(/js$/, 'd.ts')]))
  })

  test('holds each file that its manifest names', () => {
    const { exports, imports = {} } = manifestOf(name)
    const conditions = Object.values(imports).flatMap((one) => Object.values(one))
    const named = [...Object.values(exports), ...conditions].flatMap((entry) =>
      typeof entry === 'string' ? [entry] : [entry.types, entry.default],
    )
    const held = files.get(name) ?? []
    expect(named.filter((path) => !held.includes(path.replace('./', '')))).toEqual([])
  })

  test('imports only its own files and what its manifest declares', () => {
    const { dependencies = {}, peerDependencies = {}, imports = {} } = manifestOf(name)
    const declared = [...Object.keys(dependencies), ...Object.keys(peerDependencies), ...Object.keys(imports)]
    const home = folderOf(name)
    const modules = globSync('dist/**/*.{js,d.ts}', { cwd: home })
    const missing = modules.flatMap((file) =>
      [
        ...readFileSync(join(home, file), 'utf8')
          .replace(/\/\*[\s\S]*?\*\//g, '')
          .matchAll(imported),
      ]
        .map(([, specifier = '']) => specifier)
        .filter((specifier) => !isThere(specifier, join(home, dirname(file)), declared))
        .map((specifier) => `${file}: ${specifier}`),
    )
    expect(missing).toEqual([])
  })

  test('says which Node it needs, as the README does', () => {
    expect(manifestOf(name).engines).toEqual({ node: '>=22' })
    expect(readFileSync(join(root, 'README.md'), 'utf8')).toContain('runs in Node 22,')
  })

  test('is imported by Node, entry by entry', async () => {
    await linkDependencies()
    const entries = Object.entries(manifestOf(name).exports).filter(([, entry]) => typeof entry !== 'string')
    const source = entries.map(([entry]) => `await import('${name}${entry.slice(1)}')`).join('\n')
    await writeFile(join(folder, 'entries.mjs'), `${source}\n`)
    await run(process.execPath, ['entries.mjs'], { cwd: folder })
  })
})

test('the built core runs in Wasm in Node', async () => {
  await linkDependencies()
  const source = `
    import { wasm } from '@darq/core'
    const make = await wasm()
    console.log(make({ log_bytes_max: 1 << 20, message_bytes_max: 1024, producers_max: 10, hash_key: new Uint8Array(16) }).digest() >>> 0 > 0)`
  await writeFile(join(folder, 'wasm.mjs'), source)
  const { stdout } = await run(process.execPath, ['wasm.mjs'], { cwd: folder })
  expect(stdout.trim()).toBe('true')
})

function isThere(specifier: string, from: string, declared: readonly string[]): boolean {
  // What the platform has: Node's own modules in Node's loader, workerd's in the workerd half.
  if (specifier.startsWith('node:') || specifier.startsWith('cloudflare:')) return true
  if (!specifier.startsWith('.')) return declared.some((name) => specifier === name || specifier.startsWith(`${name}/`))
  // In declarations the compiler leaves `./x.ts`, and reads `./x.d.ts` for it.
  return globSync(specifier.replace(/(?<!\.d)\.ts$/, '.d.ts'), { cwd: from }).length === 1
}

/** As npm would lay them, but linked to what the repository has installed. */
async function linkDependencies(): Promise<void> {
  for (const name of ['@standard-schema', 'comlink', 'hono', 'idb']) {
    await mkdir(join(folder, 'node_modules'), { recursive: true })
    await symlink(join(root, 'node_modules', name), join(folder, 'node_modules', name)).catch((error) => {
      if (error.code !== 'EEXIST') throw error
    })
  }
}
