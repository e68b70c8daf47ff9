/**
 * Which files stand behind a specifier.
 *
 * @module
 */
import { globSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path/posix'

/** By a specifier that is not relative: the files that it may mean. */
export type Entries = ReadonlyMap<string, readonly string[]>

/** @returns those of `sources` that `specifier` means in the file at `path`; what stands in neither is not ours */
export function filesOf(
  path: string,
  specifier: string,
  sources: ReadonlyMap<string, string>,
  entries: Entries,
): string[] {
  if (!specifier.startsWith('.')) return (entries.get(specifier) ?? []).filter((file) => sources.has(file))
  const file = join(dirname(path), specifier)
  // AssemblyScript leaves the ending out.
  return [file, `${file}.ts`].filter((each) => sources.has(each))
}

/** @returns what the packages of this repository export, and their own `#imports`, whatever condition chooses */
export function entriesOf(root: string): Entries {
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
