/** The examples of public docstrings: each function that an application calls has one, and all of them compile. */
import { execFile } from 'node:child_process'
import { globSync, readFileSync } from 'node:fs'
import { mkdir, rm, writeFile } from 'node:fs/promises'
import { join, relative } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { exampleFile, examplesIn, type Origin } from './docstrings/examples.ts'
import { exportsOf } from './exports.ts'
import { root } from './page.ts'

/** Entries that an application is written against; the others are for servers and storages of one's own. */
const entries: Readonly<Record<string, string>> = {
  '@darq/runtime': 'runtime-ts/src/index.ts',
  '@darq/runtime/storage': 'runtime-ts/src/storage/index.ts',
  '@darq/runtime/durable-object': 'runtime-ts/src/storage/durable-object.ts',
  '@darq/runtime/browser': 'runtime-ts/src/browser/tab.ts',
  '@darq/runtime/worker': 'runtime-ts/src/browser/worker.ts',
  '@darq/runtime/workflow': 'runtime-ts/src/workflow/index.ts',
  '@darq/runtime/stream': 'runtime-ts/src/stream/index.ts',
  '@darq/runtime/testing': 'runtime-ts/src/testing/index.ts',
  '@darq/runtime/testing/hostile': 'runtime-ts/src/testing/hostile-values.ts',
  '@darq/edge': 'edge-worker/src/index.ts',
}

const examples = globSync('{runtime-ts,edge-worker}/src/**/*.ts', { cwd: root })
  .sort()
  .flatMap((file) => examplesIn(file, readFileSync(join(root, file), 'utf8')))

describe.each(Object.entries(entries))('%s', (_entry, file) => {
  const names = [...exportsOf(join(root, file)).values]
  const functions = names.filter((name) => /^[a-z]/.test(name) && definedAsFunction(name))

  test.each(functions)('%s has an example', (name) => {
    expect(examples.filter((example) => example.of === name)).not.toEqual([])
  })
})

describe('all examples', () => {
  const folder = join(root, '.tmp', 'docstrings')
  beforeAll(() => mkdir(folder, { recursive: true }))
  afterAll(() => rm(folder, { recursive: true, force: true }))

  test('are found', () => {
    expect(examples.length).toBeGreaterThan(40)
  })

  test('compile', { timeout: 120_000 }, async () => {
    const names = new Map<string, Origin>()
    for (const [entry, file] of Object.entries({
      ...entries,
      '@darq/runtime/engine': 'runtime-ts/src/engine/index.ts',
      '@darq/runtime/transport': 'runtime-ts/src/transport/index.ts',
      '@darq/runtime/transactional': 'runtime-ts/src/transactional/index.ts',
    })) {
      const { values, types } = exportsOf(join(root, file))
      for (const name of values) if (!names.has(name)) names.set(name, { from: entry })
      for (const name of types) if (!names.has(name)) names.set(name, { from: entry, isType: true })
    }
    const context = relative(folder, join(root, 'test/docs/docstrings/context.ts'))
    const given = exportsOf(join(root, 'test/docs/docstrings/context.ts'))
    for (const name of given.values) names.set(name, { from: context })
    for (const name of given.types) names.set(name, { from: context, isType: true })
    for (const [index, example] of examples.entries())
      await writeFile(join(folder, `${index}-${example.of}.ts`), exampleFile(example, names))
    await writeFile(
      join(folder, 'tsconfig.json'),
      JSON.stringify({
        extends: '../../tsconfig.json',
        compilerOptions: { noUnusedLocals: false, types: ['node', '@cloudflare/workers-types/index'] },
        include: ['*.ts'],
        exclude: [],
      }),
    )
    expect(await compile(folder)).toBe('')
  })
})

async function compile(folder: string): Promise<string> {
  try {
    await promisify(execFile)(join(root, 'node_modules/.bin/tsc'), ['-p', folder, '--pretty', 'false'])
    return ''
  } catch (error) {
    if (typeof error === 'object' && error !== null && 'stdout' in error) return String(error.stdout)
    throw error
  }
}

const sources = globSync('{runtime-ts,edge-worker}/src/**/*.ts', { cwd: root }).map((file) =>
  readFileSync(join(root, file), 'utf8'),
)

function definedAsFunction(name: string): boolean {
  const definition = new RegExp(`^export (?:async )?function\\*? ${name}\\b`, 'm')
  return sources.some((source) => definition.test(source))
}
