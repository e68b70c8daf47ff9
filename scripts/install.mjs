import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { npmCi } from './npm.mjs'
import { root } from './root.mjs'

/**
 * Runs `npm ci` unless node_modules already holds what package-lock.json names. npm's own record of what it installed is
 * compared, so that an `npm install` counts as well and an interrupted one doesn't (the record is written last).
 * Ends the process when npm fails.
 */
export function ensureInstalled() {
  const missing = firstMissing()
  if (missing === undefined) return
  console.log(`Installing the locked dependencies (${missing}) …`)
  npmCi(root)
}

/** @returns why an install is due, or `undefined` */
function firstMissing() {
  const recordFile = join(root, 'node_modules', '.package-lock.json')
  if (!existsSync(recordFile)) return 'nothing is installed yet'
  const wanted = packagesOf(join(root, 'package-lock.json'))
  const present = packagesOf(recordFile)
  for (const [path, entry] of Object.entries(wanted)) {
    const got = present[path]
    // Optional packages are those of other platforms, too.
    if (path === '' || (got === undefined && entry.optional)) continue
    if (got === undefined) return `${path} is missing`
    if (entry.version !== got.version || entry.integrity !== got.integrity) return `${path} is another version`
  }
  return undefined
}

/**
 * @param {string} file
 * @returns {Record<string, { version?: string, integrity?: string, optional?: boolean }>}
 */
function packagesOf(file) {
  return JSON.parse(readFileSync(file, 'utf8')).packages
}
