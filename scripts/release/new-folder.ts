/**
 * `npm create darq` as a stranger runs it: from a registry into an empty folder, and then all that the new folder's README says.
 *
 * @module
 */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { freePort } from './free-port.ts'
import { runProgram } from './program.ts'
import type { Registry } from './registry.ts'

/** Nobody is asked anything, and nothing is told to anybody. */
const quiet = { CI: '1', WRANGLER_SEND_METRICS: 'false', CLOUDFLARE_CF_FETCH_ENABLED: 'false' }

/**
 * @returns what was done, a line each
 * @throws {Error} with all that it wrote, when a command fails
 */
export async function rehearseNewFolder(registry: Registry): Promise<string[]> {
  const empty = await mkdtemp(join(tmpdir(), 'darq-new-folder-'))
  const cwd = join(empty, 'shop')
  const npm = (...args: readonly string[]) => runProgram('npm', args, { cwd, env: quiet })
  try {
    const create = ['create', 'darq@latest', '--yes', '--prefer-online', `--registry=${registry.url}`, '--', 'shop']
    await runProgram('npm', create, { cwd: empty, env: quiet })
    await writeFile(join(cwd, '.npmrc'), registry.npmrc)
    await npm('install', '--prefer-online', '--no-audit', '--no-fund')
    await npm('test')
    await npm('run', 'deploy', '--', '--dry-run')
    await develop(cwd)
    return ['create', 'install', 'test', 'deploy (dry run)', 'dev']
  } finally {
    await rm(empty, { recursive: true, force: true, maxRetries: 5 })
  }
}

/** Starts `npm run dev`, until the page answers, and with a token of the edge. */
async function develop(cwd: string): Promise<void> {
  const [page, edge] = [await freePort(), await freePort()]
  const child = spawn('npm', ['run', 'dev'], {
    cwd,
    env: { ...process.env, ...quiet, NO_COLOR: '1', PORT: String(page), EDGE_PORT: String(edge) },
    stdio: ['ignore', 'pipe', 'pipe'],
    // A group of its own: what it has started ends with it.
    detached: true,
  })
  const ended = once(child, 'exit')
  try {
    let all = ''
    const { promise, resolve, reject } = Promise.withResolvers<void>()
    for (const stream of [child.stdout, child.stderr])
      stream.setEncoding('utf8').on('data', (text: string) => {
        all += text
        if (all.includes('Local:') && all.includes('Ready on')) resolve()
      })
    child.on('error', reject).on('exit', (status) => reject(new Error(`npm run dev ended with ${status}:\n${all}`)))
    await promise
    for (const path of ['/', '/token']) {
      const answer = await fetch(`http://localhost:${page}${path}`)
      if (!answer.ok) throw new Error(`npm run dev: ${path} answered ${answer.status}:\n${all}`)
    }
  } finally {
    if (child.pid !== undefined && child.exitCode === null) process.kill(-child.pid, 'SIGTERM')
    await ended
  }
}
