/** Builds the page. */
import { join } from 'node:path'
import { build } from 'vite'

/** @returns the folder that holds it */
export async function buildPage(): Promise<string> {
  await build({ configFile: join(import.meta.dirname, 'vite.config.ts'), logLevel: 'warn' })
  return join(import.meta.dirname, 'dist')
}
