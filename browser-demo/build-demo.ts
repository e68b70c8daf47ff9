/**
 * Builds both sides of the demo.
 *
 * @module
 */
import { join } from 'node:path'
import { build } from 'vite'
import { type BuiltWorker, buildWorker } from '../edge-worker/scripts/build-worker.ts'

/** @returns the folder that holds the page */
export async function buildPage(): Promise<string> {
  await build({ configFile: join(import.meta.dirname, 'vite.config.ts'), logLevel: 'warn' })
  return join(import.meta.dirname, 'dist')
}

/** Bundles the worker of the edge, for workerd here and for deployment. */
export function buildEdge(): Promise<BuiltWorker> {
  const here = import.meta.dirname
  return buildWorker({ entry: join(here, 'src', 'worker.ts'), out: join(here, 'build', 'worker') })
}
