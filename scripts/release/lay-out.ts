/**
 * A folder outside the repository in which the built packages stand as npm would lay them, without a registry.
 *
 * @module
 */
import { mkdir, mkdtemp, rm, symlink } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { type BuiltPackage, buildPackages } from './build-packages.ts'
import { root } from './packages.ts'

export interface LaidOut extends AsyncDisposable {
  /** Its `node_modules` holds the packages. */
  readonly folder: string
  readonly packages: readonly BuiltPackage[]
}

/** What the packages need from others: the repository's own copies, linked. */
const needed = ['@cloudflare/workers-types', '@standard-schema/spec', 'comlink', 'hono', 'idb', 'valibot']

/** Builds the packages into a new temporary folder. Disposing of it removes it. */
export async function layOutPackages(): Promise<LaidOut> {
  const folder = await mkdtemp(join(tmpdir(), 'darq-packages-'))
  const modules = join(folder, 'node_modules')
  const packages = await buildPackages(join(modules, '@darq'))
  for (const name of needed) {
    await mkdir(dirname(join(modules, name)), { recursive: true })
    await symlink(join(root, 'node_modules', name), join(modules, name), 'junction')
  }
  return { folder, packages, [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }) }
}
