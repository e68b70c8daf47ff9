/**
 * Copies the template into a folder, under a name.
 *
 * @module
 */
import { randomBytes } from 'node:crypto'
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, renameSync, statSync, writeFileSync } from 'node:fs'
import { basename, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'

/** The folder can't be made: the message says why, and what to do. */
export class Refused extends Error {}

const template = fileURLToPath(new URL('../template', import.meta.url))
/** What the template is called: a name that may be replaced wherever it stands. */
const templateName = 'darq-app'
const namedFiles = ['package.json', 'wrangler.jsonc', 'index.html', 'README.md']
/** What may be in the folder already: a fresh clone of a repository is as good as an empty one. */
const harmless = ['.git', '.DS_Store']
/** Both npm and Cloudflare take it: lower case, digits, dashes, at most 63. */
const validName = /^[a-z](?:[a-z0-9-]{0,61}[a-z0-9])?$/

/**
 * @param {{ folder: string, name?: string | undefined, version: string }} options
 * @returns {string} the name that it was given
 * @throws {Refused} before anything is written
 */
export function create({ folder, name, version }) {
  const path = resolve(folder)
  const given = name ?? basename(path)
  if (!validName.test(given))
    throw new Refused(
      `'${given}' can't be the name of a package and of a worker: expected lower-case letters, digits and dashes, a letter first, at most 63. ` +
        `Give another one: npm create darq@latest ${folder} -- --name my-app`,
    )
  checkEmpty(path)
  copy(path)
  for (const file of namedFiles) change(join(path, file), (text) => text.replaceAll(templateName, given))
  change(join(path, 'package.json'), (text) => text.replace(/("@darq\/\w+": )"[^"]+"/g, `$1"${version}"`))
  // Each folder has a secret of its own, which no version control sees.
  writeFileSync(join(path, '.dev.vars'), `TOKEN_SECRET=${randomBytes(32).toString('hex')}\n`, { mode: 0o600 })
  return given
}

/** @param {string} path */
function checkEmpty(path) {
  if (!existsSync(path)) return
  if (!statSync(path).isDirectory())
    throw new Refused(`${path} is a file: name a folder that is empty, or not there yet.`)
  const found = readdirSync(path).filter((name) => !harmless.includes(name))
  if (found.length === 0) return
  const some = found.slice(0, 3).join(', ')
  throw new Refused(
    `${path} is not empty (${some}${found.length > 3 ? `, and ${found.length - 3} more` : ''}): name a folder that is empty, or not there yet.`,
  )
}

/** @param {string} path */
function copy(path) {
  try {
    mkdirSync(path, { recursive: true })
    cpSync(template, path, { recursive: true })
    // npm doesn't pack a file of that name.
    renameSync(join(path, '_gitignore'), join(path, '.gitignore'))
  } catch (error) {
    throw new Refused(`${path} can't be written: ${error instanceof Error ? error.message : error}`)
  }
}

/**
 * @param {string} file
 * @param {(text: string) => string} how
 */
function change(file, how) {
  writeFileSync(file, how(readFileSync(file, 'utf8')))
}
