/** What the locks must say, so that `npm ci` installs the same on every machine, with every npm. */
import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { root } from '../docs/page.ts'

interface Entry {
  readonly version?: string
  readonly integrity?: string
  readonly resolved?: string
  readonly link?: boolean
}

const locks = globSync(['package-lock.json', '{scripts,test}/**/package-lock.json'], {
  cwd: root,
  exclude: ['**/node_modules'],
})

/** Workspaces and the project itself stand in it by their folder, and come from nowhere. */
function installed(lock: string): [string, Entry][] {
  const { packages }: { packages: Record<string, Entry> } = JSON.parse(readFileSync(join(root, lock), 'utf8'))
  return Object.entries(packages).filter(([path, entry]) => path.includes('node_modules/') && entry.link !== true)
}

test('the locks are found', () => {
  expect(locks).toContain('package-lock.json')
  expect(locks.length).toBeGreaterThan(3)
})

describe.each(locks)('%s', (lock) => {
  // npm ends with "Invalid Version" where one has none: optional packages of other platforms, most of the time.
  test('has a version and an integrity for each package that is installed', () => {
    const entries = installed(lock)
    expect(entries.length).toBeGreaterThan(0)
    const bad = entries.filter(([, { version, integrity }]) => !version || !integrity?.startsWith('sha512-'))
    expect(bad.map(([path]) => path)).toEqual([])
  })

  test('names no registry', () => {
    expect(installed(lock).filter(([, { resolved }]) => resolved !== undefined)).toEqual([])
  })
})
