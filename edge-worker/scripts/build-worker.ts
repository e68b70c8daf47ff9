/**
 * Bundles a worker: one ES module, and beside it every `.wasm` file that it imports.
 *
 * workerd compiles Wasm only when it is imported as a module (never from bytes), so a `.wasm` import must survive the
 * bundling. Packages are resolved with the "workerd" condition, which picks the Wasm loader of @darq/core that does so.
 *
 * @module
 */
import { createHash } from 'node:crypto'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { basename, join, resolve } from 'node:path'
import { build, type Plugin } from 'vite'

/** One file of a bundled worker, as miniflare's `modules` option takes it. */
export interface WorkerModule {
  readonly type: 'ESModule' | 'CompiledWasm'
  /** Absolute. */
  readonly path: string
  readonly contents: string | Uint8Array<ArrayBuffer>
}

export interface BuiltWorker {
  /** The folder that holds the files: miniflare's `modulesRoot`. Absolute. */
  readonly modulesRoot: string
  /** The entry first. */
  readonly modules: WorkerModule[]
}

/**
 * @param options `entry`: the module whose default export is the worker. `out`: a folder for the files; made if missing.
 * `minify`: for deployment.
 * @returns what miniflare needs; the files are in `out` too (`worker.js`, `*.wasm`), for `wrangler deploy --no-bundle`
 *
 * @example
 * ```ts
 * const worker = await buildWorker({ entry: 'src/worker.ts', out: 'build/worker' })
 * const miniflare = new Miniflare({
 *   ...worker,
 *   compatibilityDate: '2026-07-30',
 *   durableObjects: { TOTALS: { className: 'Totals', useSQLite: true } },
 * })
 * ```
 */
export async function buildWorker(options: { entry: string; out: string; minify?: boolean }): Promise<BuiltWorker> {
  const modulesRoot = resolve(options.out)
  const wasm = new Map<string, Uint8Array<ArrayBuffer>>()
  const built = await build({
    configFile: false,
    logLevel: 'warn',
    plugins: [keepWasmImports(wasm)],
    resolve: { conditions: ['workerd', 'worker', 'module', 'import', 'default'] },
    ssr: {
      target: 'webworker',
      noExternal: true,
      resolve: { conditions: ['workerd', 'worker', 'module', 'import', 'default'] },
    },
    build: {
      ssr: resolve(options.entry),
      outDir: modulesRoot,
      write: false,
      target: 'es2024',
      minify: options.minify ?? false,
      rolldownOptions: {
        external: [/^node:/, /^cloudflare:/],
        output: { entryFileNames: 'worker.js', codeSplitting: false },
      },
    },
  })
  const [script] = [built].flat().flatMap((output) => ('output' in output ? output.output : []))
  if (script?.type !== 'chunk') throw new Error(`${options.entry}: bundling gave no module`)
  const modules: WorkerModule[] = [
    { type: 'ESModule', path: join(modulesRoot, 'worker.js'), contents: script.code },
    ...[...wasm].map(([name, contents]) => ({
      type: 'CompiledWasm' as const,
      path: join(modulesRoot, name),
      contents,
    })),
  ]
  await mkdir(modulesRoot, { recursive: true })
  await Promise.all(modules.map(({ path, contents }) => writeFile(path, contents)))
  return { modulesRoot, modules }
}

/** Leaves `import module from '….wasm'` in place, under a name that carries the file's hash; the files end up in `found`. */
function keepWasmImports(found: Map<string, Uint8Array<ArrayBuffer>>): Plugin {
  return {
    name: 'keep-wasm-imports',
    enforce: 'pre',
    async resolveId(source, importer) {
      if (!source.endsWith('.wasm')) return undefined
      const resolved = await this.resolve(source, importer, { skipSelf: true })
      if (resolved === null) return this.error(`${source}: not found (imported by ${importer})`)
      const contents = new Uint8Array(await readFile(resolved.id))
      const hash = createHash('sha256').update(contents).digest('hex').slice(0, 10)
      const name = `${basename(resolved.id, '.wasm')}-${hash}.wasm`
      found.set(name, contents)
      return { id: `./${name}`, external: true }
    },
  }
}
