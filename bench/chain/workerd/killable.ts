/**
 * A real workerd whose process can be killed, on the same storage again and again.
 *
 * @module
 */
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { Log, LogLevel, Miniflare } from 'miniflare'
import type { BuiltWorker } from '../../../edge-worker/scripts/build-worker.ts'
import { chainProcess } from './process.ts'

export interface Killable extends AsyncDisposable {
  /** Of the server: the same after each start. */
  readonly url: string
  /** Of the process that lives now. */
  pid(): Promise<number>
  /** SIGKILL: nothing is flushed, no one is told. Resolves when the process is gone; another is started at once. */
  kill(): Promise<void>
}

/** The command line of the process is a script that notes its own id, and becomes workerd. */
export async function openKillable(built: BuiltWorker, folder: string, flush_ms: number): Promise<Killable> {
  await mkdir(folder, { recursive: true })
  const pidFile = join(folder, 'pid')
  const workerd: string = createRequire(createRequire(import.meta.url).resolve('miniflare'))('workerd').default
  const noting = join(folder, 'workerd.sh')
  await writeFile(noting, `#!/bin/sh\necho $$ > '${pidFile}'\nexec '${workerd}' "$@"\n`, { mode: 0o755 })
  const { MINIFLARE_WORKERD_PATH: before } = process.env
  process.env.MINIFLARE_WORKERD_PATH = noting
  const miniflare = new Miniflare({
    ...chainProcess(built, join(folder, 'storage'), flush_ms),
    // That its process was killed is no news.
    log: new Log(LogLevel.NONE),
  })
  const { origin } = await miniflare.ready
  const pid = async () => Number(await readFile(pidFile, 'utf8'))
  return {
    url: origin,
    pid,
    async kill() {
      const killed = await pid()
      process.kill(killed, 'SIGKILL')
      await gone(killed)
    },
    async [Symbol.asyncDispose]() {
      await miniflare.dispose()
      if (before === undefined) delete process.env.MINIFLARE_WORKERD_PATH
      else process.env.MINIFLARE_WORKERD_PATH = before
    },
  }
}

/** A killed process is gone when it takes no signal any more. */
async function gone(pid: number): Promise<void> {
  for (;;) {
    try {
      process.kill(pid, 0)
    } catch {
      return
    }
    await new Promise((resolve) => setImmediate(resolve))
  }
}
