import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { violations } from './layers/rule.ts'

const root = join(import.meta.dirname, '..')

test('every source file imports only from the layers below its own', () => {
  const files = globSync(['core-as/src/**/*.ts', 'runtime-ts/src/**/*.ts'], { cwd: root })
  expect(files.length).toBeGreaterThan(10)
  expect(files.flatMap((path) => violations(path, readFileSync(join(root, path), 'utf8')))).toEqual([])
})

test.each([
  ['engine/host.ts', `import { participant } from '../crest/define/participant.ts'`, '../crest/define/participant.ts'],
  ['engine/host.ts', `import {\n  indexedDB,\n} from '../storage/indexed-db.ts'`, '../storage/indexed-db.ts'],
  ['engine/host.ts', `export { memory } from '../storage/index.ts'`, '../storage/index.ts'],
  ['engine/host.ts', `import 'node:fs'`, 'node:fs'],
  ['engine/host.ts', `const { openDB } = await import('idb')`, 'idb'],
  ['engine/host.ts', `const now_ms = Date.now()`, 'Date.now'],
  ['engine/host.ts', `setTimeout(commit, 5)`, 'setTimeout'],
  ['crest/host/host.ts', `import type { TabStatus } from '../../browser/tab.ts'`, '../../browser/tab.ts'],
  ['crest/host/host.ts', `import { Hono } from 'hono'`, 'hono'],
  ['storage/memory.ts', `import { openEngine } from '../engine/index.ts'`, '../engine/index.ts'],
  ['storage/contract.ts', `import type { Lsn } from '@darq/core'`, '@darq/core'],
  ['workflow/flow.ts', `import { openEngine } from '../engine/index.ts'`, '../engine/index.ts'],
])('refuses in %s: %s', (path, source, named) => {
  const found = violations(`runtime-ts/src/${path}`, `import { DarqError } from '../error.ts'\n${source}\n`)
  expect(found).toHaveLength(1)
  expect(found[0]).toContain(named)
})

test.each([
  [
    'runtime-ts/src/engine/host.ts',
    `import type { Storage } from '../storage/contract.ts'\n// Date.now is the clock's\n`,
  ],
  ['runtime-ts/src/engine/host.ts', `import { twin } from '@darq/core'\nimport { Log } from './log.ts'\n`],
  ['runtime-ts/src/crest/host/host.ts', `import { openEngine } from '../../engine/index.ts'\n`],
  ['browser-demo/src/page.ts', `import { openTab } from '@darq/runtime/browser'\n`],
])('lets %s import what stands below it', (path, source) => {
  expect(violations(path, source)).toEqual([])
})
