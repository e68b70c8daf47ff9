import { spawnSync } from 'node:child_process'

/**
 * Runs `npm ci` in a folder. Ends the process with one sentence that says what to do when npm can't; npm's own words stand above.
 *
 * @param {string} folder
 * @param {readonly string[]} [options]
 */
export function npmCi(folder, options = []) {
  const npm = process.env.npm_execpath
  const [command, ...first] = npm ? [process.execPath, npm] : ['npm']
  // stdin is closed: an install never waits for an answer.
  const ended = spawnSync(command, [...first, 'ci', ...options], {
    cwd: folder,
    stdio: ['ignore', 'inherit', 'pipe'],
    encoding: 'utf8',
  })
  if (ended.status === 0) return
  const said = ended.stderr ?? ''
  console.error(said.trim())
  console.error(whyNpmFailed(said, ended.error))
  process.exit(ended.status || 1)
}

/**
 * @param {string} said what npm wrote
 * @param {Error} [error] why it could not be started
 */
export function whyNpmFailed(said, error) {
  if (error !== undefined) return `npm could not be started (${error.message}): install it, it comes with Node.`
  if (/\b(ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ETIMEDOUT|ENETUNREACH|EHOSTUNREACH|ENOTCACHED)\b/.test(said))
    return "npm could not reach its registry: connect this machine to the network (or set npm's proxy), and run the command again."
  return 'npm could not install the locked dependencies: see its own words above.'
}
