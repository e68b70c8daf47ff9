/**
 * Replaces a piece of one source file while Vite loads it, as the environment says: how a test is shown to notice.
 *
 * @module
 */
import type { Plugin } from 'vite'

/** What is replaced. The text must stand in the file once. */
export interface Mutation {
  /** From the repository's root. */
  readonly file: string
  readonly find: string
  readonly put: string
}

export const MUTATION = 'DARQ_STORAGE_MUTATION'

/** @returns no plugin at all, unless the environment asks for a mutation */
export function mutation(): Plugin[] {
  const wanted = process.env[MUTATION]
  if (wanted === undefined) return []
  const { file, find, put }: Mutation = JSON.parse(wanted)
  return [
    {
      name: 'mutation',
      enforce: 'pre',
      transform(code, id) {
        if (!id.split('?')[0]?.endsWith(`/${file}`)) return undefined
        const count = code.split(find).length - 1
        if (count !== 1) throw new Error(`the mutation's text stands ${count} times in ${file}`)
        return code.replace(find, () => put)
      },
    },
  ]
}
