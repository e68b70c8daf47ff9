/**
 * A real workerd that runs the worker of the benchmark over storage in a folder.
 *
 * @module
 */
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { Log, LogLevel, Miniflare } from 'miniflare'
import { buildWorker } from '../../../edge-worker/scripts/build-worker.ts'
import type { FlushNotes } from '../contenders/contender.ts'

const compatibilityDate = '2026-07-01'

export interface Workerd extends AsyncDisposable {
  readonly origin: string
  /** Of the mounted routes. */
  readonly url: string
  readonly version: string
  readonly pid: number
}

export interface WorkerdOptions {
  /** When given, the process is started under them. */
  readonly flushes?: FlushNotes | undefined
  /** Workflows that come to the end of their steps stay there. */
  readonly holds?: boolean
}

/** @param folder of its storage, which is found again when it is opened again */
export async function openWorkerd(folder: string, { flushes, holds = false }: WorkerdOptions = {}): Promise<Workerd> {
  // It would look up facts about this machine's network, which nobody needs here.
  process.env.CLOUDFLARE_CF_FETCH_ENABLED ??= 'false'
  await mkdir(folder, { recursive: true })
  const entry = join(import.meta.dirname, 'worker.ts')
  const built = await buildWorker({ entry, out: join(folder, 'worker'), minify: true })
  const { MINIFLARE_WORKERD_PATH: before } = process.env
  const pidFile = join(folder, 'pid')
  process.env.MINIFLARE_WORKERD_PATH = await noting(pidFile, flushes?.prefix ?? [], folder)
  try {
    const miniflare = new Miniflare({
      ...built,
      compatibilityDate,
      bindings: { HOLDS: holds },
      // Between two of its rounds an object may be idle for longer than the platform keeps it.
      durableObjects: {
        OBJECTS: { className: 'Objects', useSQLite: true, unsafePreventEviction: true },
        BARE: { className: 'Bare', useSQLite: true, unsafePreventEviction: true },
      },
      durableObjectsPersist: join(folder, 'objects'),
      log: new Log(LogLevel.ERROR),
    })
    const { origin } = await miniflare.ready
    return {
      origin,
      url: `${origin}/darq`,
      version: `workerd ${workerdVersion()}`,
      pid: Number(await readFile(pidFile, 'utf8')),
      [Symbol.asyncDispose]: () => miniflare.dispose(),
    }
  } finally {
    if (before === undefined) delete process.env.MINIFLARE_WORKERD_PATH
    else process.env.MINIFLARE_WORKERD_PATH = before
  }
}

/** @returns a program that notes its process id, and becomes workerd under `prefix` */
async function noting(pidFile: string, prefix: readonly string[], folder: string): Promise<string> {
  const workerd: string = createRequire(createRequire(import.meta.url).resolve('miniflare'))('workerd').default
  const command = [...prefix, workerd].map((word) => `'${word}'`).join(' ')
  const program = join(folder, 'workerd.sh')
  await writeFile(program, `#!/bin/sh\necho $$ > '${pidFile}'\nexec ${command} "$@"\n`, { mode: 0o755 })
  return program
}

function workerdVersion(): string {
  const require = createRequire(createRequire(import.meta.url).resolve('miniflare'))
  const { version }: { version: string } = require('workerd/package.json')
  return version
}
