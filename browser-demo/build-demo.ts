/**
 * Builds both sides of the demo.
 *
 * @module
 */
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { build } from 'vite'
import { type BuiltWorker, buildWorker } from '../edge-worker/scripts/build-worker.ts'

/** @returns the folder that holds the page */
export async function buildPage(): Promise<string> {
  await build({ configFile: join(import.meta.dirname, 'vite.config.ts'), logLevel: 'warn' })
  return join(import.meta.dirname, 'dist')
}

/** Bundles the worker of the edge, for workerd here and for deployment. */
export async function buildEdge(): Promise<BuiltWorker> {
  const here = import.meta.dirname
  const out = join(here, 'build', 'worker')
  // The Wasm file's name carries its hash: an older one would be deployed as well.
  await rm(out, { recursive: true, force: true })
  return await buildWorker({ entry: join(here, 'src', 'worker.ts'), out })
}
