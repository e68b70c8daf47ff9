/**
 * What a source file imports, types included.
 *
 * @module
 */

const statements = /(?:^|[;\s])(?:import|export)\s[^'";]*?from\s*['"]([^'"]+)['"]|\bimport\s*\(?\s*['"]([^'"]+)['"]/g

/** @returns the source without comments: what they quote is not code */
export function codeOf(source: string): string {
  return source.replaceAll(/\/\*[\s\S]*?\*\/|^\s*\/\/.*$/gm, '')
}

/** @returns the specifier of each import and re-export, also of `import('…')`, as it is written */
export function importsOf(source: string): string[] {
  return [...codeOf(source).matchAll(statements)].map(([, from, bare]) => from ?? bare ?? '')
}
