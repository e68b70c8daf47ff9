/**
 * The command: reads its arguments, makes the folder, says what to do next.
 *
 * @module
 */
import { readFileSync } from 'node:fs'
import { relative, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { create, Refused } from './create.js'

const help = `npm create darq@latest <folder> [-- --name <name>]

Makes a folder with a page on Vite, its worker, an edge on wrangler, one participant, one workflow,
and tests with the simulator. The folder must be empty, or not there yet.

  --name <name>  of the package and of the worker at the edge; the folder's name by default
  --help         shows this
  --version      shows the version, which is also that of the @darq packages`

/** @type {{ version: string }} */
const { version } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'))

/**
 * @param {readonly string[]} args
 * @returns {number} the status to end with: 0 when the folder is made, 1 when it can't be, 2 when the arguments are wrong
 */
export function main(args) {
  try {
    return run(args)
  } catch (error) {
    if (error instanceof Refused) {
      console.error(error.message)
      return 1
    }
    if (!isParseError(error)) throw error
    console.error(`${error.message}\n\n${help}`)
    return 2
  }
}

/** @param {readonly string[]} args */
function run(args) {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: { name: { type: 'string' }, help: { type: 'boolean', short: 'h' }, version: { type: 'boolean' } },
  })
  if (values.help) {
    console.log(help)
    return 0
  }
  if (values.version) {
    console.log(version)
    return 0
  }
  const [folder, ...more] = positionals
  if (folder === undefined || more.length > 0) {
    console.error(`Expected one folder, got ${positionals.length}.\n\n${help}`)
    return 2
  }
  const made = create({ folder, name: values.name, version })
  const steps = ['npm install', 'npm test', 'npm run dev']
  const to = relative(process.cwd(), resolve(folder))
  if (to !== '') steps.unshift(`cd ${to.includes(' ') ? JSON.stringify(to) : to}`)
  console.log(`Made ${made}. What next:\n\n${steps.map((step) => `  ${step}`).join('\n')}\n`)
  return 0
}

/**
 * @param {unknown} error
 * @returns {error is Error}
 */
function isParseError(error) {
  return error instanceof Error && 'code' in error && String(error.code).startsWith('ERR_PARSE_ARGS_')
}
