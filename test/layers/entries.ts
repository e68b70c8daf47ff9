/**
 * The files behind the specifiers that are not relative: what the packages of this repository export, and their own `#imports`.
 *
 * @module
 */
import { globSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path/posix'

/** @returns by specifier, each of the files that a condition may choose, from the repository's top */
export function entriesOf(root: string): ReadonlyMap<string, readonly string[]> {
  const entries = new Map<string, readonly string[]>()
  for (const path of globSync('*/package.json', { cwd: root })) {
    const { name, exports = {}, imports = {} } = JSON.parse(readFileSync(join(root, path), 'utf8'))
    const inside = (target: unknown) => pathsIn(target).map((file) => join(dirname(path), file))
    for (const [key, target] of Object.entries(exports)) entries.set(join(name, key), inside(target))
    for (const [key, target] of Object.entries(imports)) entries.set(key, inside(target))
  }
  return entries
}

function pathsIn(target: unknown): string[] {
  if (typeof target === 'string') return [target]
  return typeof target === 'object' && target !== null ? Object.values(target).flatMap(pathsIn) : []
}
