/**
 * The package.json that is published, made from the workspace's.
 *
 * The workspace's own points at TypeScript sources, so everything in this repository runs without a build. Node refuses
 * TypeScript below node_modules, so what is published points at `dist`. One is computed from the other: no entry can be
 * in one and not in the other, and no condition or flag decides which is taken.
 *
 * @module
 */
import type { Manifest } from './packages.ts'

/** What every package says alike: kept once, in the root's package.json. */
export interface SharedFields {
  readonly license?: unknown
  readonly repository?: unknown
}

/** What is packed besides package.json, README and LICENSE, which npm always packs. */
export const packedFiles = ['dist', 'build/core.wasm', 'CHANGELOG.md']

/** The one entry that is no module. It stands where it does in the workspace, so that the loaders' URLs hold in both. */
export const coreWasm = './build/core.wasm'

/**
 * @param version what the release calls all packages: they are released together
 * @throws {Error} when an entry does not point into `src`, and is no file that is shipped as it is
 */
export function publishedManifest(manifest: Manifest, shared: SharedFields, version: string): object {
  const { scripts: _scripts, devDependencies: _dev, exports, imports, dependencies, ...rest } = manifest
  return {
    ...rest,
    version,
    // A field that the root does not have is not written.
    ...shared,
    files: packedFiles,
    exports: { ...mapValues(exports ?? {}, builtEntry), './package.json': './package.json' },
    ...(imports !== undefined && { imports: mapValues(imports, (conditions) => mapValues(conditions, builtEntry)) }),
    ...(dependencies !== undefined && {
      dependencies: mapEntries(dependencies, (name, range) => (name.startsWith('@darq/') ? version : range)),
    }),
    publishConfig: { access: 'public' },
  }
}

/** The package.json of a package that is published as it stands: it is JavaScript already. */
export function plainManifest(manifest: Manifest, shared: SharedFields, version: string): object {
  const { scripts: _scripts, devDependencies: _dev, ...rest } = manifest
  return { ...rest, version, ...shared, publishConfig: { access: 'public' } }
}

/** A source module's two halves. The types come first: conditions are tried in order. */
function builtEntry(path: string): string | { types: string; default: string } {
  if (path === coreWasm) return path
  const module = /^\.\/src\/(.+)\.ts$/.exec(path)?.[1]
  if (module === undefined) throw new Error(`${path}: expected ./src/….ts, or a file that is shipped as it is`)
  return { types: `./dist/${module}.d.ts`, default: `./dist/${module}.js` }
}

function mapValues<From, To>(from: Record<string, From>, to: (value: From) => To): Record<string, To> {
  return Object.fromEntries(Object.entries(from).map(([key, value]) => [key, to(value)]))
}

function mapEntries<Value>(
  from: Record<string, Value>,
  to: (key: string, value: Value) => Value,
): Record<string, Value> {
  return Object.fromEntries(Object.entries(from).map(([key, value]) => [key, to(key, value)]))
}
