/**
 * The rule against dead code: what a file exports, another file imports; and each file is imported, or named by something
 * else that runs it. (What is not exported and not used, the compiler refuses.)
 *
 * @module
 */
import { basename } from 'node:path/posix'
import { type Entries, filesOf } from './files.ts'
import { codeOf, importsOf } from './imports.ts'

const declared =
  /^export\s+(?:declare\s+|abstract\s+|async\s+)*(?:function\*?|class|const|let|interface|type|enum|namespace)\s+([\w$]+)/gm
const listed = /^export\s+(?:type\s+)?\{([^}]*)\}/gm
/** `import a, { b as c } from './d.ts'`, and the same with `export`. */
const clauses = /(?:^|[;\s])(?:import|export)\s+(?:type\s+)?([^'";()]*?)\s*from\s*['"]([^'"]+)['"]/g
const whole = /\bimport\s*\(\s*['"]([^'"]+)['"]/g

/**
 * Of a file that nobody imports it is not known who runs it, and what that takes of it: {@link unusedFiles} looks at those.
 *
 * @param sources by path, from the repository's top
 * @param entries the files behind each specifier that is not relative; who imports one of them from outside may use all of it
 * @returns one sentence for each export that no other file imports, and its own does not use
 */
export function unusedExports(sources: ReadonlyMap<string, string>, entries: Entries): string[] {
  const used = new Set([...entries.values()].flat().map((file) => `${file} *`))
  for (const [path, source] of sources) {
    const code = codeOf(source)
    for (const [, clause = '', specifier = ''] of code.matchAll(clauses))
      for (const file of filesOf(path, specifier, sources, entries))
        for (const name of importedNames(clause)) used.add(`${file} ${name}`)
    for (const [, specifier = ''] of code.matchAll(whole))
      for (const file of filesOf(path, specifier, sources, entries)) used.add(`${file} *`)
  }
  const imported = new Set([...used].map((use) => use.slice(0, use.indexOf(' '))))
  return [...sources].flatMap(([path, source]) => {
    if (!imported.has(path) || used.has(`${path} *`)) return []
    const code = codeOf(source)
    return exportedNames(code)
      .filter((name) => !used.has(`${path} ${name}`) && timesIn(code, name) === 1)
      .map((name) => `${path}: nobody uses ${name}`)
  })
}

function timesIn(code: string, name: string): number {
  return code.split(/[^\w$]+/).filter((word) => word === name).length
}

function exportedNames(code: string): string[] {
  const names = [...code.matchAll(declared)].map(([, name = '']) => name)
  return [...names, ...[...code.matchAll(listed)].flatMap(([, list = '']) => namesIn(list, 1))]
}

function importedNames(clause: string): string[] {
  if (clause.includes('*')) return ['*']
  const [, before = '', list = ''] = /^([^{]*)(?:\{([^}]*)\})?/.exec(clause) ?? []
  return [...namesIn(list, 0), ...(/[\w$]/.test(before) ? ['default'] : [])]
}

/** @param side of `as`: 0 for the name inside, 1 for the one outside */
function namesIn(list: string, side: 0 | 1): string[] {
  return list
    .split(',')
    .map((item) =>
      item
        .trim()
        .replace(/^type\s+/, '')
        .split(/\s+as\s+/),
    )
    .map((names) => names[side] ?? names[0] ?? '')
    .filter((name) => name !== '')
}

const fileName = /[\w.-]+\.m?ts\b|[\w.-]+\.mjs\b/g

/**
 * @param texts what else may name a file that it runs: pages, configurations, documentation
 * @returns one sentence for each file that is neither imported nor named
 */
export function unusedFiles(
  sources: ReadonlyMap<string, string>,
  entries: Entries,
  texts: ReadonlyMap<string, string>,
): string[] {
  const used = new Set([...entries.values()].flat())
  for (const [path, source] of sources)
    for (const specifier of importsOf(source))
      for (const file of filesOf(path, specifier, sources, entries)) used.add(file)
  const namedBy = new Map<string, Set<string>>()
  for (const [path, text] of [...[...sources].map(([path, source]) => [path, codeOf(source)] as const), ...texts])
    for (const [name] of text.matchAll(fileName)) namedBy.set(name, (namedBy.get(name) ?? new Set()).add(path))
  return [...sources.keys()]
    .filter((path) => !used.has(path))
    .filter((path) => ![...(namedBy.get(basename(path)) ?? [])].some((by) => by !== path))
    .map((path) => `${path}: nobody imports or names it`)
}
