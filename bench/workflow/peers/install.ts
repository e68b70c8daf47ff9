/**
 * Puts a peer and what it needs into a folder of its own, when it is first measured: never among this project's dependencies.
 *
 * @module
 */
import { execFile } from 'node:child_process'
import { cp, readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { Missing } from '../../core/runtimes/runtime.ts'

const run = promisify(execFile)
/** Kept between runs, and not by git. */
const folder = join(import.meta.dirname, '..', '..', 'results', 'peers')
const install_ms_max = 300_000

export type PeerName = 'restate' | 'dbos' | 'postgresql'

/**
 * @returns the folder that holds the peer's application and its packages, in the versions that its `package.json` pins
 * @throws {Missing} they can't be installed
 */
export async function installPeer(name: PeerName, say: (line: string) => void): Promise<string> {
  const source = join(import.meta.dirname, name)
  const target = join(folder, name)
  if (!(await isInstalled(source, target))) {
    say(`installing ${name} …`)
    await rm(target, { recursive: true, force: true })
    await cp(source, target, { recursive: true })
    // No script of a package runs: none is needed, and some report home.
    const args = ['install', '--ignore-scripts', '--no-package-lock', '--no-audit', '--no-fund', '--loglevel=error']
    try {
      await run('npm', args, { cwd: target, timeout: install_ms_max })
    } catch (error) {
      await rm(target, { recursive: true, force: true })
      throw new Missing(`${name} can't be installed from npm: ${reason(error)}`)
    }
  }
  await cp(source, target, { recursive: true })
  return target
}

/** npm notes what it has installed last of all. */
async function isInstalled(source: string, target: string): Promise<boolean> {
  try {
    const [wanted, present] = await Promise.all(
      [source, target].map((where) => readFile(join(where, 'package.json'), 'utf8')),
    )
    await readFile(join(target, 'node_modules', '.package-lock.json'))
    return wanted === present
  } catch {
    return false
  }
}

/** @returns the first lines of what the command said */
function reason(error: unknown): string {
  const said = typeof error === 'object' && error !== null ? Reflect.get(error, 'stderr') : undefined
  const text = typeof said === 'string' && said !== '' ? said : String(error)
  return text.trim().split('\n').slice(0, 2).join(' ')
}

/** @returns the version of a package that is installed in `folder` */
export async function versionOf(folder: string, name: string): Promise<string> {
  const { version }: { version: string } = JSON.parse(
    await readFile(join(folder, 'node_modules', name, 'package.json'), 'utf8'),
  )
  return version
}
