import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { circles } from './layers/circles.ts'
import { entriesOf } from './layers/files.ts'
import { violations } from './layers/rule.ts'
import { unusedExports, unusedFiles } from './layers/unused.ts'

const root = join(import.meta.dirname, '..')
const read = (path: string) => readFileSync(join(root, path), 'utf8')

test('every source file imports only from the layers below its own', () => {
  const files = globSync(['core-as/src/**/*.ts', 'runtime-ts/src/**/*.ts'], { cwd: root })
  expect(files.length).toBeGreaterThan(10)
  expect(files.flatMap((path) => violations(path, read(path)))).toEqual([])
})

test.each([
  ['engine/host.ts', `import { participant } from '../crest/define/participant.ts'`, '../crest/define/participant.ts'],
  ['engine/host.ts', `import {\n  indexedDB,\n} from '../storage/indexed-db.ts'`, '../storage/indexed-db.ts'],
  ['engine/host.ts', `export { memory } from '../storage/index.ts'`, '../storage/index.ts'],
  ['engine/host.ts', `import 'node:fs'`, 'node:fs'],
  ['engine/host.ts', `const { openDB } = await import('idb')`, 'idb'],
  ['engine/host.ts', `const now_ms = Date.now()`, 'Date.now'],
  ['engine/host.ts', `setTimeout(commit, 5)`, 'setTimeout'],
  ['crest/define/definition.ts', `import type { Live } from '../run/live.ts'`, '../run/live.ts'],
  ['crest/wire/envelope.ts', `import type { Ledger } from '../run/ledger.ts'`, '../run/ledger.ts'],
  ['crest/client/client.ts', `import { ask } from '../run/query.ts'`, '../run/query.ts'],
  ['crest/run/turn.ts', `import { openClient } from '../client/client.ts'`, '../client/client.ts'],
  [
    'crest/run/turn.ts',
    `import { outboundCalls } from '../outbound/outbound-calls.ts'`,
    '../outbound/outbound-calls.ts',
  ],
  ['workflow/flow.ts', `import { openHost } from '../crest/host/host.ts'`, '../crest/host/host.ts'],
  ['crest/host/host.ts', `import type { TabStatus } from '../../browser/tab.ts'`, '../../browser/tab.ts'],
  ['crest/host/host.ts', `import { Hono } from 'hono'`, 'hono'],
  ['storage/memory.ts', `import { openEngine } from '../engine/index.ts'`, '../engine/index.ts'],
  ['storage/contract.ts', `import type { Lsn } from '@darq/core'`, '@darq/core'],
  ['workflow/flow.ts', `import { openEngine } from '../engine/index.ts'`, '../engine/index.ts'],
])('refuses in %s: %s', (path, source, named) => {
  const top = '../'.repeat(path.split('/').length - 1)
  const found = violations(`runtime-ts/src/${path}`, `import { DarqError } from '${top}error.ts'\n${source}\n`)
  expect(found).toHaveLength(1)
  expect(found[0]).toContain(named)
})

test.each([
  [
    'runtime-ts/src/engine/host.ts',
    `import type { Storage } from '../storage/contract.ts'\n// Date.now is the clock's\n`,
  ],
  ['runtime-ts/src/engine/host.ts', `import { twin } from '@darq/core/twin'\nimport { Log } from './log.ts'\n`],
  ['runtime-ts/src/crest/host/host.ts', `import { openEngine } from '../../engine/index.ts'\n`],
  ['browser-demo/src/page.ts', `import { openTab } from '@darq/runtime/browser'\n`],
])('lets %s import what stands below it', (path, source) => {
  expect(violations(path, source)).toEqual([])
})

const everywhere = '{core-as,runtime-ts,edge-worker,browser-demo,bench,test,scripts,docs}/**/*'
const exclude = ['**/{node_modules,dist,build}/**']
const sources = readAll(['*.ts', `${everywhere}.{ts,mts,mjs}`])
const entries = entriesOf(root)

function readAll(patterns: string[]): ReadonlyMap<string, string> {
  return new Map(globSync(patterns, { cwd: root, exclude }).map((path) => [path, read(path)]))
}

test('a file in a room that the rule does not know is refused', () => {
  expect(violations('runtime-ts/src/crest/new-room/file.ts', '')).toHaveLength(1)
  expect(violations('runtime-ts/src/new-room/file.ts', '')).toHaveLength(1)
})

test('no source file reaches itself over imports, types included', () => {
  expect(sources.size).toBeGreaterThan(900)
  expect(circles(sources, entries)).toEqual([])
})

test('every export is used', () => {
  // Examples are for readers.
  const forReaders = /^(docs|test)\/examples\//
  expect(unusedExports(sources, entries).filter((found) => !forReaders.test(found))).toEqual([])
})

test('every source file is imported, or named by what runs it', () => {
  const texts = readAll(['*.{json,md}', `${everywhere}.{json,jsonc,html,md}`])
  // Tests, commands, examples and consumers are found by their folder, declarations by the compiler.
  const found = /\.test\.ts$|\.d\.ts$|^scripts\/commands\/|^test\/(examples|types|consumers)\//
  const looked = new Map([...sources].filter(([path]) => !found.test(path)))
  expect(unusedFiles(sources, entries, texts).filter((sentence) => looked.has(sentence.split(':')[0] ?? ''))).toEqual(
    [],
  )
})

test.each([
  ['of two files', { 'a.ts': `import { b } from './b.ts'`, 'b.ts': `import { a } from './a.ts'` }],
  ['by types alone', { 'a.ts': `import type { B } from './b.ts'`, 'b.ts': `export type { A } from './a.ts'` }],
  ['by an import type', { 'a.ts': `type B = import('./b.ts').B`, 'b.ts': `import { type A } from './a.ts'` }],
  ['without the ending', { 'a.ts': `import { b } from './b'`, 'b.ts': `import {\n  a,\n} from './a'` }],
  ['of one file', { 'a.ts': `export * from './a.ts'` }],
  ['over a package', { 'x/a.ts': `import { b } from '@y'`, 'y/b.ts': `import { a } from '../x/a.ts'` }],
])('finds a circle %s', (_, sources) => {
  const behind = { 'c.ts': `import { a } from './${Object.keys(sources)[0]}'` }
  const found = circles(new Map(Object.entries({ ...behind, ...sources })), new Map([['@y', ['y/b.ts']]]))
  expect(found).toHaveLength(1)
  for (const path of Object.keys(sources)) expect(found[0]).toContain(path)
  expect(found[0]).not.toContain('c.ts')
})

test('finds each of several circles', () => {
  const pair = (a: string, b: string) => [
    [a, `import './${b}'`],
    [b, `import './${a}'`],
  ]
  const sources = new Map<string, string>(
    [...pair('a.ts', 'b.ts'), ...pair('c.ts', 'd.ts')].map(([path, code]) => [`${path}`, `${code}`]),
  )
  expect(circles(sources)).toHaveLength(2)
})

test('finds no circle where two ways lead to the same file', () => {
  const sources = {
    'a.ts': `import './b.ts'\nimport './c.ts'`,
    'b.ts': `import './d.ts'`,
    'c.ts': `import './d.ts'`,
    'd.ts': '// ./a.ts',
  }
  expect(circles(new Map(Object.entries(sources)))).toEqual([])
})

test.each([
  ['of a function', 'export function dead() {}'],
  ['of a type', 'export type dead = string'],
  ['in a list', 'const alive = 1\nexport { alive as dead }'],
  ['of something that only its comment names', '/** For `dead`. */\nexport const dead = 1'],
])('finds an unused export %s', (_, source) => {
  const sources = { 'a.ts': `${source}\nexport const used = 1`, 'b.ts': `import { used } from './a.ts'` }
  expect(unusedExports(new Map(Object.entries(sources)), new Map())).toEqual(['a.ts: nobody uses dead'])
})

test.each([
  ['by its name', `import { type alive } from './a.ts'`],
  ['by another name', `import { alive as born } from './a.ts'`],
  ['when it is exported again', `export { alive } from './a.ts'`],
  ['with all of its file', `import * as all from './a.ts'`],
  ['at run time', `const all = await import('./a.ts')`],
])('takes an export as used that is imported %s', (_, source) => {
  const sources = { 'a.ts': 'export const alive = 1', 'b.ts': source }
  expect(unusedExports(new Map(Object.entries(sources)), new Map())).toEqual([])
})

test('finds a file that is neither imported nor named', () => {
  const sources = new Map([
    ['a.ts', `import './b.ts'\n// A comment runs nothing: './dead.ts'`],
    ['b.ts', `new Worker(new URL('./worker.ts', import.meta.url))`],
    ['worker.ts', ''],
    ['dead.ts', '// dead.ts'],
  ])
  const texts = new Map([['package.json', '{ "main": "a.ts" }']])
  expect(unusedFiles(sources, new Map(), texts)).toEqual(['dead.ts: nobody imports or names it'])
})
