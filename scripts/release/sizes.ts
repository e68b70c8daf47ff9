/**
 * What the packages weigh in an application: small entries, bundled and minified by Vite, compressed by gzip.
 *
 * @module
 */
import { cp, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { build, type Rolldown } from 'vite'
import { buildWorker } from '../../edge-worker/scripts/build-worker.ts'
import { root } from './packages.ts'

export interface Size {
  readonly name: string
  /** What is loaded before the first line runs. */
  readonly minified_bytes: number
  readonly gzip_bytes: number
  /** What is loaded only when it is needed, if ever. */
  readonly later_gzip_bytes: number
  /** What of our packages is in it that is loaded first, such as `runtime/engine/host`. */
  readonly modules: readonly string[]
}

const entries: Readonly<Record<string, string>> = {
  page: 'page with `openTab` and one address',
  connect: '`connect` alone',
  worker: 'worker with `serveTab`, a participant and `remote`',
  'worker-with-workflow': 'the same with a workflow',
  'worker-with-stream': 'the same with a stream',
}

/**
 * @param folder has the packages in its node_modules; the entries are copied beside it
 * @returns a size for each entry of `test/consumers/sizes`, for the edge's worker and for core.wasm
 */
export async function measureSizes(folder: string): Promise<Size[]> {
  const sources = join(folder, 'sizes')
  await cp(join(root, 'test/consumers/sizes'), sources, { recursive: true })
  const sizes: Size[] = []
  for (const [entry, name] of Object.entries(entries)) sizes.push(await bundled(name, sources, entry))
  const edge = await buildWorker({ entry: join(sources, 'edge.ts'), out: join(folder, 'edge'), minify: true })
  const [worker] = edge.modules
  if (worker === undefined) throw new Error('the edge was not bundled')
  sizes.push({ name: 'worker at the edge, Hono included', ...weigh(worker.contents), later_gzip_bytes: 0, modules: [] })
  const wasm = await readFile(join(folder, 'node_modules/@darq/core/build/core.wasm'))
  sizes.push({ name: '`core.wasm`', ...weigh(wasm), later_gzip_bytes: 0, modules: [] })
  return sizes
}

/** One line of Markdown for each. */
export function sizesTable(sizes: readonly Size[]): string {
  const lines = sizes.map(
    ({ name, minified_bytes, gzip_bytes, later_gzip_bytes }) =>
      `| ${name} | ${kB(minified_bytes)} | ${kB(gzip_bytes)} | ${later_gzip_bytes === 0 ? '' : kB(later_gzip_bytes)} |`,
  )
  return ['| | minified | gzip | later, gzip |', '| --- | ---: | ---: | ---: |', ...lines].join('\n')
}

async function bundled(name: string, root: string, entry: string): Promise<Size> {
  const built = await build({
    configFile: false,
    logLevel: 'error',
    root,
    build: {
      target: 'es2024',
      write: false,
      assetsInlineLimit: 0,
      modulePreload: { polyfill: false },
      rolldownOptions: { input: join(root, `${entry}.ts`) },
    },
  })
  const output = [built].flat().flatMap((one) => ('output' in one ? one.output : []))
  const chunks = output.filter((one) => one.type === 'chunk')
  const first = loadedFirst(chunks)
  const later = chunks.filter((chunk) => !first.includes(chunk))
  return {
    name,
    ...sum(first.map(({ code }) => weigh(code))),
    later_gzip_bytes: sum(later.map(({ code }) => weigh(code))).gzip_bytes,
    modules: first.flatMap(({ modules }) => ownModules(modules)),
  }
}

function ownModules(modules: Rolldown.OutputChunk['modules']): readonly string[] {
  return Object.entries(modules).flatMap(([path, { renderedLength }]) => {
    const [, name, module] = /\/@darq\/(\w+)\/dist\/(.+)\.js$/.exec(path) ?? []
    return name !== undefined && module !== undefined && renderedLength > 0 ? [`${name}/${module}`] : []
  })
}

/** The entry and what it imports, imports of imports included, but nothing that is imported dynamically. */
function loadedFirst(chunks: readonly Rolldown.OutputChunk[]): readonly Rolldown.OutputChunk[] {
  const found = new Set(chunks.filter(({ isEntry }) => isEntry))
  for (const chunk of found) for (const one of chunks) if (chunk.imports.includes(one.fileName)) found.add(one)
  return [...found]
}

function weigh(contents: string | Uint8Array): { readonly minified_bytes: number; readonly gzip_bytes: number } {
  const bytes = typeof contents === 'string' ? new TextEncoder().encode(contents) : contents
  return { minified_bytes: bytes.byteLength, gzip_bytes: gzipSync(bytes, { level: 9 }).byteLength }
}

function sum(weights: readonly ReturnType<typeof weigh>[]): ReturnType<typeof weigh> {
  return {
    minified_bytes: weights.reduce((total, { minified_bytes }) => total + minified_bytes, 0),
    gzip_bytes: weights.reduce((total, { gzip_bytes }) => total + gzip_bytes, 0),
  }
}

function kB(bytes: number): string {
  return `${(bytes / 1000).toFixed(1)} kB`
}
