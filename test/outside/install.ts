/**
 * What `npm install` leaves in a folder outside of the repository, without a network: our packages as they are published,
 * and of everything else what this repository has installed, which must be what the folder asks for.
 *
 * @module
 */
import { mkdir, readFile, symlink } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { buildPackages } from '../../scripts/release/build-packages.ts'
import { root } from '../../scripts/release/packages.ts'

interface Manifest {
  readonly version: string
  readonly dependencies?: Readonly<Record<string, string>>
  readonly devDependencies?: Readonly<Record<string, string>>
  readonly bin?: string | Readonly<Record<string, string>>
}

/**
 * @param folder has a package.json; our packages get the version that it asks for, as a release would give it to them
 * @throws {Error} when it asks for two versions of ours, or for what this repository doesn't have, or has in another version
 */
export async function install(folder: string): Promise<void> {
  const modules = join(folder, 'node_modules')
  const { dependencies = {}, devDependencies } = await manifestOf(folder)
  const version = dependencies['@darq/runtime']
  if (version === undefined) throw new Error('@darq/runtime: expected among the dependencies, got none')
  const packages = await buildPackages(join(modules, '@darq'), { version })
  const built = new Map(packages.map((one) => [one.name, one.folder]))
  const asked = [{ ...dependencies, ...devDependencies }]
  for (const one of built.values()) asked.push({ ...(await manifestOf(one)).dependencies })
  for (const [name, range] of asked.flatMap((record) => Object.entries(record))) {
    const from = built.get(name) ?? join(root, 'node_modules', name)
    const { version, bin = {} } = await manifestOf(from)
    if (/^\d/.test(range) && range !== version) throw new Error(`${name}: expected ${version}, got ${range}`)
    if (built.has(name)) continue
    await link(from, join(modules, name))
    const commands = typeof bin === 'string' ? { [name.replace(/^@.+\//, '')]: bin } : bin
    for (const [command, file] of Object.entries(commands)) await link(join(from, file), join(modules, '.bin', command))
  }
}

async function manifestOf(folder: string): Promise<Manifest> {
  return JSON.parse(await readFile(join(folder, 'package.json'), 'utf8'))
}

async function link(from: string, to: string): Promise<void> {
  await mkdir(dirname(to), { recursive: true })
  try {
    await symlink(from, to)
  } catch (error) {
    // Two packages may bring the same along.
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error
  }
}
