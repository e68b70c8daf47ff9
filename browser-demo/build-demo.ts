/**
 * Builds both sides of the demo.
 *
 * @module
 */
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { build } from 'vite'
import { type BuiltWorker, buildWorker } from '../edge-worker/scripts/build-worker.ts'

/**
 * @param out a folder of its own; by default the one that is deployed
 * @returns the folder that holds the page
 */
export async function buildPage(out = join(import.meta.dirname, 'dist')): Promise<string> {
  const configFile = join(import.meta.dirname, 'vite.config.ts')
  await build({ configFile, logLevel: 'warn', build: { outDir: out, emptyOutDir: true } })
  return out
}

/**
 * Bundles the worker of the edge.
 *
 * @param out a folder of its own; by default the one that is deployed
 */
export async function buildEdge(out = join(import.meta.dirname, 'build', 'worker')): Promise<BuiltWorker> {
  // The Wasm file's name carries its hash: an older one would be deployed as well.
  await rm(out, { recursive: true, force: true })
  return await buildWorker({ entry: join(import.meta.dirname, 'src', 'worker.ts'), out })
}
