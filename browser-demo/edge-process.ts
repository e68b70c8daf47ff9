/**
 * The local edge: a real workerd under miniflare, its objects' storage in a folder.
 *
 * @module
 */
import { randomBytes } from 'node:crypto'
import { createWriteStream } from 'node:fs'
import { chmod, mkdir, readFile, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import type { Readable } from 'node:stream'
import { Miniflare } from 'miniflare'
import { buildEdge } from './build-demo.ts'

export interface EdgeProcess {
  /** Where workerd listens. Stays the same when it is restarted. */
  readonly url: URL
  /** The process id of the workerd that runs now. */
  pid(): Promise<number>
  [Symbol.asyncDispose](): Promise<void>
}

/**
 * Starts workerd. When it is killed, miniflare starts it again on the same port.
 *
 * @param folder keeps the objects' storage, and the token secret beside it
 */
export async function startEdge(folder: string): Promise<EdgeProcess> {
  await mkdir(folder, { recursive: true })
  const pidFile = join(folder, 'workerd.pid')
  process.env.MINIFLARE_WORKERD_PATH = await pidNotingWorkerd(folder, pidFile)
  // A look-up of the machine's place in the world, which nothing here needs.
  process.env.CLOUDFLARE_CF_FETCH_ENABLED = 'false'
  const miniflare = new Miniflare({
    ...(await buildEdge(join(folder, 'worker'))),
    host: '127.0.0.1',
    port: 0,
    compatibilityDate: '2026-07-30',
    durableObjects: {
      TOTALS: { className: 'Totals', useSQLite: true },
      SHOP: { className: 'Shop', useSQLite: true },
      CASHIER: { className: 'Cashier', useSQLite: true },
      BOARD: { className: 'BoardObject', useSQLite: true },
    },
    durableObjectsPersist: join(folder, 'objects'),
    // An object that is killed says so at length: for whoever looks into the file, not for the terminal.
    handleRuntimeStdio: (stdout: Readable, stderr: Readable) => {
      const log = createWriteStream(join(folder, 'workerd.log'), { flags: 'a' })
      stdout.pipe(log)
      stderr.pipe(log)
    },
    bindings: { TOKEN_SECRET: await keptSecret(join(folder, 'token-secret')), DEMO_FAULTS: 'on' },
  })
  return {
    url: await miniflare.ready,
    pid: async () => Number(await readFile(pidFile, 'utf8')),
    [Symbol.asyncDispose]: () => miniflare.dispose(),
  }
}

/** miniflare doesn't tell workerd's process id: a script notes its own, then becomes workerd. */
async function pidNotingWorkerd(folder: string, pidFile: string): Promise<string> {
  const fromMiniflare = createRequire(createRequire(import.meta.url).resolve('miniflare'))
  const { default: workerd }: { default: string } = fromMiniflare('workerd')
  const script = join(folder, 'workerd.sh')
  await writeFile(script, `#!/bin/sh\necho $$ > '${pidFile}'\nexec '${workerd}' "$@"\n`)
  await chmod(script, 0o755)
  return script
}

/** Tokens that visitors hold stay good when the edge is started again. */
async function keptSecret(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8')
  } catch {
    const secret = randomBytes(32).toString('hex')
    await writeFile(file, secret, { mode: 0o600 })
    return secret
  }
}
