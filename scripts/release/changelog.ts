/**
 * CHANGELOG.md, the changesets that it grows by, and the version that documents ask for. The packages share one version, so they share one
 * changelog.
 *
 * @module
 */

const headings = { major: 'Breaking', minor: 'New', patch: 'Mended' } as const
type Kind = keyof typeof headings

/** One file of `.changeset`. */
export interface Changeset {
  readonly kind: Kind
  /** Markdown: what a user notices. */
  readonly text: string
}

/**
 * @param source the file's text: front matter that names packages, each with `major`, `minor` or `patch`; below it what a user notices
 * @returns it, with the largest of its kinds
 * @throws {Error} when it has no front matter, no kind in it, or nothing below it
 */
export function parseChangeset(source: string): Changeset {
  const [, front = '', text = ''] = /^---\n([\s\S]*?)\n---\n([\s\S]*)$/.exec(source) ?? []
  const kind = (['major', 'minor', 'patch'] as const).find((one) => new RegExp(`: ${one}$`, 'm').test(front))
  if (kind === undefined || text.trim() === '')
    throw new Error(`expected front matter with a package and its kind, and a text below it, got:\n${source}`)
  return { kind, text: text.trim() }
}

/**
 * @param changelog newest version first, each under a heading `## version`
 * @returns it with one more version: what breaks first, then what is new, then what is mended
 */
export function withVersion(changelog: string, version: string, changesets: readonly Changeset[]): string {
  const parts = Object.entries(headings).flatMap(([kind, heading]) => {
    const texts = changesets.filter((one) => one.kind === kind).map(({ text }) => asList(text))
    return texts.length === 0 ? [] : [`### ${heading}\n\n${texts.join('\n')}\n`]
  })
  const section = [`## ${version}\n`, ...parts].join('\n')
  const newest = changelog.search(/^## /m)
  if (newest === -1) return `${changelog.trimEnd()}\n\n${section}`
  return `${changelog.slice(0, newest)}${section}\n${changelog.slice(newest)}`
}

/** @returns a text in which packages of ours are asked for (`"@darq/edge": "0.1.0"`), asking for that version */
export function withAsked(text: string, version: string): string {
  return text.replace(/("@darq\/\w+": )"[^"]+"/g, `$1"${version}"`)
}

function asList(text: string): string {
  if (text.startsWith('- ')) return text
  return `- ${text.replaceAll('\n', '\n  ')}`
}
