/**
 * The rule against circles: no file may reach itself over imports. Types count. In a circle no file can be understood, tested
 * or moved without the others.
 *
 * @module
 */
import { type Entries, filesOf } from './files.ts'
import { importsOf } from './imports.ts'

/**
 * @param sources by path, from the repository's top
 * @param entries the files behind each specifier that is not relative (`@darq/core`); what stands in neither is not ours
 * @returns one sentence for each group of files that all reach each other
 */
export function circles(sources: ReadonlyMap<string, string>, entries: Entries = new Map()): string[] {
  const imports = new Map(
    [...sources].map(([path, source]) => [
      path,
      importsOf(source).flatMap((to) => filesOf(path, to, sources, entries)),
    ]),
  )
  return groups(imports).map((group) => {
    const within = new Set(group)
    const arrows = group.toSorted().map((path) => {
      const targets = (imports.get(path) ?? []).filter((target) => within.has(target))
      return `${path} → ${[...new Set(targets)].toSorted().join(', ')}`
    })
    return `a circle of ${group.length}: ${arrows.join('; ')}`
  })
}

/** Tarjan's strongly connected components, those with an arrow inside them. */
function groups(imports: ReadonlyMap<string, readonly string[]>): string[][] {
  const number = new Map<string, number>()
  const found: string[][] = []
  const stack: string[] = []
  const open = new Set<string>()
  const visit = (path: string): number => {
    const own = number.size
    let lowest = own
    number.set(path, own)
    stack.push(path)
    open.add(path)
    for (const target of imports.get(path) ?? []) {
      if (!number.has(target)) lowest = Math.min(lowest, visit(target))
      else if (open.has(target)) lowest = Math.min(lowest, number.get(target) ?? own)
    }
    if (lowest < own) return lowest
    const group = stack.splice(stack.indexOf(path))
    for (const member of group) open.delete(member)
    if (group.length > 1 || imports.get(path)?.includes(path)) found.push(group)
    return lowest
  }
  for (const path of imports.keys()) if (!number.has(path)) visit(path)
  return found
}
