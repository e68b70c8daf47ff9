import { spawnSync } from 'node:child_process'
import { existsSync, readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { root } from './root.mjs'

const core = join(root, 'core-as')
const built = join(core, 'build', 'core.wasm')

/** Compiles the AssemblyScript core when its sources are newer than core-as/build/core.wasm. Ends the process if that fails. */
export function ensureWasm() {
  const sources = [join(core, 'asconfig.json'), ...sourcesIn(join(core, 'assembly'))]
  const newest_ms = Math.max(...sources.map((file) => statSync(file).mtimeMs))
  if (existsSync(built) && statSync(built).mtimeMs >= newest_ms) return
  console.log('Building the Wasm core …')
  const ended = spawnSync('npm', ['run', '--silent', 'build', '--workspace', 'core-as'], {
    cwd: root,
    stdio: 'inherit',
  })
  if (ended.status !== 0 || !existsSync(built)) {
    console.error('the Wasm core could not be built')
    process.exit(ended.status || 1)
  }
}

/** @param {string} folder */
function sourcesIn(folder) {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts'))
    .map((name) => join(folder, name))
}
