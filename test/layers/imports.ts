/**
 * What a source file imports, types included.
 *
 * @module
 */

const statements = /(?:^|[;\s])(?:import|export)\s[^'";]*?from\s*['"]([^'"]+)['"]|\bimport\s*\(?\s*['"]([^'"]+)['"]/g

/** A string, which may hold what looks like a comment (`'account/*'`); else a comment. */
const stringOrComment = /('(?:\\.|[^'\\\n])*'|"(?:\\.|[^"\\\n])*"|`(?:\\.|[^`\\])*`)|\/\*[\s\S]*?\*\/|^\s*\/\/.*$/gm

/** @returns the source without comments: what they quote is not code */
export function codeOf(source: string): string {
  return source.replaceAll(stringOrComment, (_, string: string | undefined) => string ?? '')
}

/** @returns the specifier of each import and re-export, also of `import('…')`, as it is written */
export function importsOf(source: string): string[] {
  return [...codeOf(source).matchAll(statements)].map(([, from, bare]) => from ?? bare ?? '')
}
