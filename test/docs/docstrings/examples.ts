/**
 * Examples in docstrings, read from the source and made into modules that can be compiled.
 *
 * @module
 */

export interface Example {
  /** What the docstring describes. */
  readonly of: string
  /** `file:line` of the docstring's end. */
  readonly at: string
  readonly code: string
}

/** Where a name comes from that an example uses. */
export interface Origin {
  readonly from: string
  readonly isType?: true
}

const docstring = /\/\*\*((?:(?!\*\/)[\s\S])*)\*\/\s*\n\s*([^\n]*)/g
const subject = /(?:function\*?|class|const|interface|type)\s+(\w+)|(?:readonly )?(\w+)\??:/

/** @returns the code of each `@example` in a source file, without fences and prose around them */
export function examplesIn(file: string, source: string): readonly Example[] {
  const found: Example[] = []
  for (const match of source.matchAll(docstring)) {
    const [whole, comment = '', line = ''] = match
    const [, named, member] = subject.exec(line) ?? []
    const text = comment
      .split('\n')
      .map((one) => one.replace(/^\s*\* ?/, ''))
      .join('\n')
    for (const [, block = ''] of text.matchAll(/@example\n([\s\S]*?)(?=\n@|$)/g)) {
      const [, fenced] = /```ts\n([\s\S]*?)```/.exec(block) ?? []
      const at = `${file}:${source.slice(0, match.index + whole.length).split('\n').length - 1}`
      found.push({ of: named ?? member ?? 'none', at, code: (fenced ?? block).trim() })
    }
  }
  return found
}

/**
 * @param names where each name that an example may use comes from
 * @returns a module: what the example uses and does not define itself is imported
 */
export function exampleFile({ at, code }: Example, names: ReadonlyMap<string, Origin>): string {
  const own = new Set([...code.matchAll(/\b(?:const|class|function|let|using) (\w+)/g)].map(([, name]) => name))
  const words = new Set([...code.matchAll(/(?<![.\w'])([A-Za-z_]\w*)\b(?!:)/g)].map(([, name = '']) => name))
  const imports = [...words].flatMap((name) => {
    const origin = names.get(name)
    if (origin === undefined || own.has(name)) return []
    return [`import ${origin.isType ? 'type ' : ''}{ ${name} } from '${origin.from}'`]
  })
  const schemas = code.includes('v.') ? ["import * as v from 'valibot'"] : []
  const hono = code.includes('new Hono') ? ["import { Hono } from 'hono'"] : []

  return [`// ${at}`, ...imports, ...schemas, ...hono, code, 'export {}', ''].join('\n')
}
