/**
 * The transactional implementation is an oracle only as long as it shares nothing with what it is held against: it may use
 * the definitions, the schemas, the codec of messages and the client, and neither engine, core nor processors.
 *
 * @module
 */
import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'

const source = join(import.meta.dirname, '../../runtime-ts/src')

/** The client over a link is shared. It brings some of the engine's layout of messages along; the host doesn't use that. */
const shared_client = 'crest/client/client.ts'
const forbidden = /^(engine\/|@darq\/core|crest\/(run\/(?!(admission|own)\.ts)|host\/(?!(directory|host-client)\.ts)))/

function importsOf(file: string): string[] {
  const code = readFileSync(join(source, file), 'utf8')
  const statements = /^(?:import|export)\s(?!type\s)(?:[^'";]*?\sfrom\s*)?['"]([^'"]+)['"]/gm
  return [...code.matchAll(statements)].map(([, specifier = '']) =>
    specifier.startsWith('.') ? join(file, '..', specifier) : specifier,
  )
}

/** Everything that a file runs, but for the shared client and what that needs. */
function reach(files: readonly string[]): ReadonlySet<string> {
  const reached = new Set<string>()
  const visit = (file: string): void => {
    if (reached.has(file)) return
    reached.add(file)
    if (file.endsWith('.ts') && file !== shared_client) for (const found of importsOf(file)) visit(found)
  }
  for (const file of files) visit(file)
  return reached
}

test('it runs no code of the engine, the core or the processors', () => {
  const files = globSync('transactional/*.ts', { cwd: source })
  expect(files.length).toBeGreaterThan(10)
  const reached = reach(files)
  expect([...reached].filter((file) => forbidden.test(file))).toEqual([])
  expect(reached).toContain('crest/define/definition.ts')
})

test('which this test would notice', () => {
  expect([...reach(['crest/host/host.ts'])].filter((file) => forbidden.test(file)).length).toBeGreaterThan(5)
})
