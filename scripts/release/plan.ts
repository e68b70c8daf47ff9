/**
 * What a release is called and what its changelog says: what changesets makes of `.changeset`.
 *
 * @module
 */
import { cp, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { type Changeset, parseChangeset, withAsked, withVersion } from './changelog.ts'
import { releasedPackages, root } from './packages.ts'
import { runProgram } from './program.ts'
import { installedTools } from './tools.ts'

export interface Plan {
  /** All packages are released together, under one number. */
  readonly version: string
  /** The text of CHANGELOG.md. */
  readonly changelog: string
  /** Whether there are changes that no version has yet. */
  readonly isPending: boolean
}

/** Changes nothing in the repository: it is tried on a clone, with what is not committed yet laid over it. */
export async function planRelease(): Promise<Plan> {
  const clone = await mkdtemp(join(tmpdir(), 'darq-plan-'))
  try {
    await runProgram('git', ['clone', '--quiet', '--shared', root, clone])
    await rm(join(clone, '.changeset'), { recursive: true, force: true })
    for (const path of ['.changeset', 'CHANGELOG.md', ...naming, ...releasedPackages().map(manifestPath)])
      await cp(join(root, path), join(clone, path), { recursive: true })
    const isPending = (await pendingChangesets(root)).length > 0
    if (isPending) await applyVersions(clone)
    const changelog = await readFile(join(clone, 'CHANGELOG.md'), 'utf8')
    return { version: await versionIn(clone), changelog, isPending }
  } finally {
    await rm(clone, { recursive: true, force: true })
  }
}

/** Writes the versions and CHANGELOG.md, and removes the changesets that they were made from. */
export async function applyVersions(repository: string): Promise<void> {
  const changesets = await pendingChangesets(repository)
  const cli = join(await installedTools('registry'), '@changesets/cli/bin.js')
  await runProgram(process.execPath, [cli, 'version'], { cwd: repository })
  const version = await versionIn(repository)
  await change(join(repository, 'CHANGELOG.md'), (text) => withVersion(text, version, changesets))
  for (const path of naming) await change(join(repository, path), (text) => withAsked(text, version))
}

/** What a reader copies, or gets by `npm create darq`: it asks for the newest version. */
const naming = ['docs/tutorial.md', 'docs/examples/votes/package.json', 'create-darq/template/package.json']

async function change(file: string, how: (text: string) => string): Promise<void> {
  await writeFile(file, how(await readFile(file, 'utf8')))
}

async function pendingChangesets(repository: string): Promise<Changeset[]> {
  const folder = join(repository, '.changeset')
  const names = (await readdir(folder)).filter((name) => name.endsWith('.md') && name !== 'README.md').sort()
  return Promise.all(names.map(async (name) => parseChangeset(await readFile(join(folder, name), 'utf8'))))
}

async function versionIn(repository: string): Promise<string> {
  const versions = new Set<string>()
  for (const released of releasedPackages())
    versions.add(JSON.parse(await readFile(join(repository, manifestPath(released)), 'utf8')).version)
  const [version, ...others] = versions
  if (version === undefined || others.length > 0)
    throw new Error(`one release has one version, but the packages have ${[...versions].join(', ')}`)
  return version
}

function manifestPath({ folder }: { readonly folder: string }): string {
  return join(basename(folder), 'package.json')
}
