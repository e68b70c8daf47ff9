/**
 * Finds WebKitGTK's own browser and a screen for it.
 *
 * @module
 */
import { globSync } from 'node:fs'
import { programs } from './program.ts'
import type { WebkitPrograms } from './webkit-window.ts'

/** Distributions keep it beside the library, not on PATH. */
const places = '/usr/{lib,lib64,libexec}/{*/,}webkit{2gtk,gtk}-*/MiniBrowser'

/**
 * @returns what MINIBROWSER and XVFB name, else what is installed; `undefined` when either is missing
 * @throws {Error} when one of the variables names something that isn't there
 */
export function findWebkit(): WebkitPrograms | undefined {
  const [miniBrowser] = [...programs('MINIBROWSER', ['MiniBrowser']), ...globSync(places)]
  const [xvfb] = programs('XVFB', ['Xvfb'])
  return miniBrowser === undefined || xvfb === undefined ? undefined : { miniBrowser, xvfb }
}
