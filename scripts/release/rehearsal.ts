/**
 * The README's first example as a stranger runs it: an empty folder, the README's install line, and Node.
 *
 * @module
 */
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { root } from './packages.ts'
import { runProgram } from './program.ts'
import type { Registry } from './registry.ts'

export interface FirstExample {
  /** What the install line installs. */
  readonly packages: readonly string[]
  readonly source: string
}

/** @throws {Error} when the page has no install line, or no block of TypeScript after it */
export function firstExample(page: string): FirstExample {
  const install = /^npm install ([^#\n]+)/m.exec(page)
  const block = /^```ts\n([\s\S]*?)\n```/m.exec(page.slice(install?.index ?? page.length))
  if (install?.[1] === undefined || block?.[1] === undefined)
    throw new Error('expected a line `npm install …` and a block of TypeScript after it')
  return { packages: install[1].trim().split(/\s+/), source: block[1] }
}

/**
 * @param nodes paths of the Nodes that must run it
 * @returns what each printed, by its version
 * @throws {Error} when installing or running fails
 */
export async function rehearseFirstExample(
  registry: Registry,
  nodes: readonly string[],
): Promise<ReadonlyMap<string, string>> {
  const { packages, source } = firstExample(await readFile(join(root, 'README.md'), 'utf8'))
  const folder = await mkdtemp(join(tmpdir(), 'darq-rehearsal-'))
  try {
    await writeFile(join(folder, '.npmrc'), registry.npmrc)
    await runProgram('npm', ['install', ...packages, '--prefer-online', '--no-audit', '--no-fund'], { cwd: folder })
    // It is plain JavaScript too, so the oldest Node runs it, which can't take types off.
    await writeFile(join(folder, 'first.mjs'), `${source}\n`)
    const printed = new Map<string, string>()
    for (const node of nodes) {
      const version = (await runProgram(node, ['--version'])).trim()
      printed.set(version, (await runProgram(node, ['first.mjs'], { cwd: folder })).trim())
    }
    return printed
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}
