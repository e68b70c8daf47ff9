/**
 * The pages of `docs/`, as the tests read them.
 *
 * @module
 */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'

export const root = join(import.meta.dirname, '..', '..')

/** @param path from the repository's root */
export function textOf(path: string): string {
  return readFileSync(join(root, path), 'utf8')
}

export interface Section {
  readonly title: string
  readonly body: string
}

/** The sections of a page under headings of that level, with all that stands below them. */
export function sectionsOf(page: string, level: number): readonly Section[] {
  const mark = '#'.repeat(level)
  return page
    .split(new RegExp(`^${mark} `, 'm'))
    .slice(1)
    .map((text) => {
      const end = text.indexOf('\n')
      const rest = text.slice(end + 1)
      // A heading of a higher level ends the section.
      const over = rest.search(new RegExp(`^#{1,${level - 1}} `, 'm'))
      return { title: text.slice(0, end).trim(), body: over < 0 ? rest : rest.slice(0, over) }
    })
}

/** As GitHub names a heading's anchor. */
export function anchorOf(title: string): string {
  return title
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N} _-]/gu, '')
    .replaceAll(' ', '-')
}
