/** Links between the pages, and from them into the source, lead somewhere. */
import { existsSync, globSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { anchorOf, root, textOf } from './page.ts'

const pages = globSync(['*.md', 'docs/*.md', 'bench/README.md'], { cwd: root })
const linkIn = /\]\(([^)\s]+)\)/g

function anchorsOf(page: string): readonly string[] {
  return [...page.matchAll(/^#{1,6} (.+)$/gm)].map(([, title = '']) => anchorOf(title))
}

describe.each(pages.filter((path) => textOf(path).search(linkIn) >= 0))('%s', (path) => {
  const links = [...textOf(path).matchAll(linkIn)].map(([, link = '']) => link)

  test.each(links.filter((link) => !/^https?:/.test(link)))('leads to %s', (link) => {
    const [file = '', anchor] = link.split('#')
    const target = file === '' ? path : join(dirname(path), file)
    expect(existsSync(join(root, target)), target).toBe(true)
    if (anchor !== undefined) expect(anchorsOf(textOf(target))).toContain(anchor)
  })
})
