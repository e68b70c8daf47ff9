/**
 * Programs that only a release and its consumers need. Each folder of `test/consumers/tools` locks some; they are installed when they
 * are first asked for, so `npm ci` of the repository does not carry them.
 *
 * @module
 */
import { existsSync, readFileSync } from 'node:fs'
import { cp } from 'node:fs/promises'
import { join } from 'node:path'
import { root } from './packages.ts'
import { runProgram } from './program.ts'

/**
 * @param name a folder of `test/consumers/tools`
 * @returns the path of its `node_modules`
 */
export async function installedTools(name: string): Promise<string> {
  const folder = join(root, 'test/consumers/tools', name)
  const [lock, done] = [join(folder, 'package-lock.json'), join(folder, 'node_modules/.installed-lock.json')]
  const isInstalled = existsSync(done) && readFileSync(done, 'utf8') === readFileSync(lock, 'utf8')
  if (!isInstalled) {
    console.log(`Installing the tools of ${name} …`)
    await runProgram('npm', [...npmCi], { cwd: folder })
    // Written last: an interrupted install is none.
    await cp(lock, done)
  }
  return join(folder, 'node_modules')
}

/** No install scripts: what npm 12 refuses to run can't be relied on. */
export const npmCi = ['ci', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'] as const
