/**
 * The layer rule: `core ← engine ← crest ← workflow, stream`, and within crest `define, wire ← client, run ← outbound ← host`; storage,
 * transport, browser and edge are plugged in at the edge. Dependencies point one way, and the engine meets no platform: time,
 * chance and I/O come in as interfaces.
 *
 * @module
 */
import { dirname, join } from 'node:path/posix'
import { codeOf, importsOf } from './imports.ts'

/** Which files make up a layer (the first that matches), and which layers and packages it may import besides itself. */
const layers: readonly { layer: string; files: RegExp; imports: readonly string[] }[] = [
  { layer: 'error', files: /^runtime-ts\/src\/(bounded|error|options|text)\.ts$/, imports: [] },
  { layer: 'core', files: /^core-as\/(src|build)\//, imports: ['node:', '#wasm'] },
  { layer: 'contract', files: /^runtime-ts\/src\/storage\/contract\.ts$/, imports: ['error'] },
  { layer: 'engine', files: /^runtime-ts\/src\/engine\//, imports: ['core', 'error', 'contract'] },
  { layer: 'clock', files: /^runtime-ts\/src\/clock\.ts$/, imports: ['engine'] },
  { layer: 'define', files: /^runtime-ts\/src\/crest\/define\//, imports: ['error', '@standard-schema/'] },
  { layer: 'wire', files: /^runtime-ts\/src\/crest\/wire\//, imports: ['error', 'contract', 'engine'] },
  {
    layer: 'client',
    files: /^runtime-ts\/src\/crest\/client\//,
    imports: ['error', 'contract', 'engine', 'clock', 'define', 'wire'],
  },
  { layer: 'run', files: /^runtime-ts\/src\/crest\/run\//, imports: ['error', 'engine', 'define', 'wire'] },
  {
    layer: 'outbound',
    files: /^runtime-ts\/src\/crest\/outbound\//,
    imports: ['error', 'engine', 'define', 'wire', 'client', 'run'],
  },
  {
    layer: 'host',
    files: /^runtime-ts\/src\/crest\/host\//,
    imports: ['core', 'error', 'contract', 'engine', 'clock', 'define', 'wire', 'client', 'run', 'outbound'],
  },
  {
    layer: 'paradigm',
    files: /^runtime-ts\/src\/(workflow|stream)\//,
    imports: ['error', 'define', 'wire', 'client', 'run', 'outbound'],
  },
  {
    layer: 'transactional',
    files: /^runtime-ts\/src\/transactional\//,
    // Of the engine the types alone: a test of its own says that it reaches none of its code.
    imports: ['error', 'contract', 'engine', 'clock', 'define', 'wire', 'client', 'run', 'host', 'idb'],
  },
  {
    layer: 'processor',
    files: /^runtime-ts\/src\/processor\//,
    imports: ['core', 'error', 'engine', 'clock', 'wire', 'comlink'],
  },
  {
    layer: 'testing',
    files: /^runtime-ts\/src\/testing\//,
    imports: ['core', 'error', 'contract', 'engine', 'define', 'wire', 'client', 'host', 'storage', 'fast-check'],
  },
  { layer: 'storage', files: /^runtime-ts\/src\/storage\//, imports: ['core', 'error', 'contract', 'idb'] },
  {
    layer: 'transport',
    files: /^runtime-ts\/src\/transport\//,
    imports: ['error', 'contract', 'engine', 'define', 'wire', 'client'],
  },
  {
    layer: 'browser',
    files: /^runtime-ts\/src\/browser\//,
    imports: [
      'error',
      'contract',
      'engine',
      'clock',
      'define',
      'wire',
      'client',
      'host',
      'storage',
      'transport',
      'comlink',
    ],
  },
]

/** The layer that stands behind a workspace package's entry. */
const packages: Readonly<Record<string, string>> = {
  '@darq/core': 'core',
  '@darq/core/twin': 'core',
  '@darq/runtime/engine': 'engine',
  '@darq/runtime/storage': 'storage',
  '@darq/runtime/transport': 'transport',
}

/** Here each file has a layer. */
const inRoom = /^(core-as|runtime-ts)\/src\/.*\//

/** What only a platform has. Types are fine; the engine may not reach for the thing. */
const platform =
  /\b(Date\.now|new Date|Math\.random|performance\.|setTimeout|setInterval|setImmediate|queueMicrotask|MessageChannel|crypto\.|fetch\(|indexedDB\.|navigator\.|process\.|localStorage)/

/**
 * @param path of the file, from the repository's top
 * @returns one sentence for each import, or use of the platform, that the rule forbids
 */
export function violations(path: string, source: string): string[] {
  const own = layers.find(({ files }) => files.test(path))
  if (own === undefined) return inRoom.test(path) ? [`${path}: stands in no layer; add it to the rule`] : []
  const found = importsOf(source)
    .map((specifier) => ({ specifier, target: targetOf(path, specifier) }))
    .filter(({ target }) => target !== own.layer && !own.imports.some((allowed) => matches(target, allowed)))
    .map(({ specifier, target }) => `${path}: ${own.layer} may not import ${specifier} (${target})`)
  const reached = own.layer === 'engine' ? platform.exec(codeOf(source)) : null
  return reached === null ? found : [...found, `${path}: the engine may not use ${reached[0]}`]
}

/** A layer for a file of ours, else the package's name. */
function targetOf(path: string, specifier: string): string {
  if (!specifier.startsWith('.')) return packages[specifier] ?? specifier
  const file = join(dirname(path), specifier)
  return layers.find(({ files }) => files.test(file))?.layer ?? file
}

/** A package is allowed by its name, a folder of packages (`node:`, `@scope/`) by its prefix. */
function matches(target: string, allowed: string): boolean {
  return target === allowed || (/[:/]$/.test(allowed) && target.startsWith(allowed))
}
