/**
 * What a module exports, read from its source: the compiler's own view of types is not to be had at run time.
 *
 * @module
 */
import { readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'

export interface Exports {
  /** Names that are there at run time. */
  readonly values: ReadonlySet<string>
  /** Names that only the compiler knows. */
  readonly types: ReadonlySet<string>
}

const list = /^export (type )?\{([^}]*)\}/gm
const star = /^export (type )?\* from '([^']+)'/gm
const declared = /^export (?:declare )?(?:async )?(function|class|const|interface|type) (\w+)/gm

/** @param file path of a module that re-exports from relative paths only */
export function exportsOf(file: string): Exports {
  const source = readFileSync(file, 'utf8')
  const values = new Set<string>()
  const types = new Set<string>()
  for (const [, isType, names = ''] of source.matchAll(list))
    for (const entry of names.split(',').map((name) => name.trim())) {
      if (entry === '') continue
      const [, onlyType, from = '', to = from] = /^(type )?(\w+)(?: as (\w+))?$/.exec(entry) ?? []
      if (from === '') throw new Error(`${file}: an export that is not understood: ${entry}`)
      ;(isType || onlyType ? types : values).add(to)
    }
  for (const [, isType, from = ''] of source.matchAll(star)) {
    const behind = exportsOf(join(dirname(file), from))
    for (const name of behind.types) types.add(name)
    for (const name of behind.values) (isType ? types : values).add(name)
  }
  for (const [, kind, name = ''] of source.matchAll(declared))
    (kind === 'interface' || kind === 'type' ? types : values).add(name)
  // A class or constant and a type of the same name are one entry.
  for (const name of values) types.delete(name)
  return { values, types }
}
