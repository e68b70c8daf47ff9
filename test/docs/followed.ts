/**
 * A page that is followed from top to bottom: the files that it shows, and the commands that it gives.
 *
 * @module
 */

export type Part =
  | { readonly kind: 'file'; readonly name: string; readonly text: string }
  | { readonly kind: 'command'; readonly line: string }

const block = /(?:^\*\*`([^`]+)`\*\*\n\n)?^```(\w+)\n([\s\S]*?)\n```$/gm

/** @throws {Error} for code of which the page doesn't say what to do with it */
export function partsOf(page: string): readonly Part[] {
  return [...page.matchAll(block)].flatMap(([, name, language, text = '']): Part[] => {
    if (name !== undefined) return [{ kind: 'file', name, text: `${text}\n` }]
    if (language !== 'sh') throw new Error(`a block that is no file and no command: ${text.slice(0, 80)}`)
    return text.split('\n').map((line) => ({ kind: 'command', line: line.replace(/ +#.*$/, '') }))
  })
}
