/**
 * Builds the packages that are published: modules, types, source maps, core.wasm, README, licence.
 *
 * @module
 */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { cp, mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join, relative } from 'node:path'
import { coreWasm, plainManifest, publishedManifest } from './manifest.ts'
import { type Manifest, type ReleasedPackage, releasedPackages, root } from './packages.ts'
import { packedPaths } from './packed-paths.ts'

export interface BuiltPackage {
  readonly name: string
  /** What `npm pack` and `npm publish` are given. Absolute. */
  readonly folder: string
}

interface BuildOptions {
  /** What all packages are called. Default: as in the workspace. */
  readonly version?: string
  /** The text of CHANGELOG.md. Without it the packages have none. */
  readonly changelog?: string
}

/**
 * @param into a folder, absolute: what it holds of an earlier build is replaced
 * @throws {Error} when the compiler refuses something
 */
export async function buildPackages(into: string, options: BuildOptions = {}): Promise<BuiltPackage[]> {
  const below: Compiled[] = []
  // One after the other: each is compiled against the declarations of those before it.
  for (const released of releasedPackages()) {
    const folder = join(into, released.manifest.name.replace('@darq/', ''))
    await buildPackage(released, folder, below, options)
    below.push({ manifest: released.manifest, folder })
  }
  return below.map(({ manifest, folder }) => ({ name: manifest.name, folder }))
}

interface Compiled {
  readonly manifest: Manifest
  readonly folder: string
}

async function buildPackage(
  { folder, manifest }: ReleasedPackage,
  built: string,
  below: readonly Compiled[],
  { version = manifest.version, changelog }: BuildOptions,
): Promise<void> {
  await rm(built, { recursive: true, force: true })
  await mkdir(built, { recursive: true })
  if (manifest.exports === undefined) await copyFiles(folder, built)
  else await compile(folder, manifest, built, below)
  if (Object.values(manifest.exports ?? {}).includes(coreWasm)) await cp(join(folder, coreWasm), join(built, coreWasm))
  await cp(join(folder, 'README.md'), join(built, 'README.md'))
  await cp(join(root, 'LICENSE'), join(built, 'LICENSE'))
  if (changelog !== undefined) await writeFile(join(built, 'CHANGELOG.md'), changelog)
  const { license, repository } = JSON.parse(await readFile(join(root, 'package.json'), 'utf8'))
  const make = manifest.exports === undefined ? plainManifest : publishedManifest
  const published = make(manifest, { license, repository }, version)
  await writeFile(join(built, 'package.json'), `${JSON.stringify(published, undefined, 2)}\n`)
}

/** What npm would pack, and nothing that a run in the folder has left. */
async function copyFiles(folder: string, built: string): Promise<void> {
  for (const path of await packedPaths(folder)) await cp(join(folder, path), join(built, path))
}

async function compile(folder: string, manifest: Manifest, built: string, below: readonly Compiled[]): Promise<void> {
  const project = join(built, 'tsconfig.json')
  await writeFile(project, JSON.stringify(compilation(folder, manifest, built, below)))
  const child = spawn(join(root, 'node_modules/.bin/tsc'), ['-p', project], { stdio: 'inherit' })
  const [status]: unknown[] = await once(child, 'exit')
  await rm(project)
  if (status !== 0) throw new Error(`${relative(root, folder)}: the compiler refused it, see above`)
}

/** The repository's own settings, but that it emits, and for the oldest platform that is promised. */
function compilation(folder: string, manifest: Manifest, built: string, below: readonly Compiled[]): object {
  return {
    extends: join(root, 'tsconfig.json'),
    compilerOptions: {
      // Node 22 and Safari 17.4 have all of ES2024's library that is used, but no `using` in their syntax.
      target: 'es2022',
      lib: ['es2024', 'esnext.disposable', 'dom', 'dom.iterable', 'dom.asynciterable', 'webworker'],
      typeRoots: [join(root, 'node_modules/@types')],
      rootDir: join(folder, 'src'),
      outDir: join(built, 'dist'),
      noEmit: false,
      declaration: true,
      sourceMap: true,
      // The sources themselves are not shipped.
      inlineSources: true,
      rewriteRelativeImportExtensions: true,
      paths: Object.fromEntries(below.flatMap(declarations)),
    },
    // What no entry reaches is not shipped. Ambient declarations are reached by nobody's import.
    files: entries(manifest).map((path) => join(folder, path)),
    include: [join(folder, 'src/*.d.ts')],
    exclude: [],
  }
}

/** The modules that others, or the package itself, import by a name of the manifest. */
function entries({ exports = {}, imports = {} }: Manifest): string[] {
  const all = [...Object.values(exports), ...Object.values(imports).flatMap((conditions) => Object.values(conditions))]
  return all.filter((path) => path.endsWith('.ts'))
}

/** Where the compiler finds a package that is built already: its sources would be compiled, and emitted, once more. */
function declarations({ manifest, folder }: Compiled): [string, string[]][] {
  return Object.entries(manifest.exports ?? {})
    .filter(([, path]) => path.endsWith('.ts'))
    .map(([entry, path]) => [
      manifest.name + entry.slice(1),
      [join(folder, path.replace('./src/', 'dist/').replace(/\.ts$/, '.d.ts'))],
    ])
}
