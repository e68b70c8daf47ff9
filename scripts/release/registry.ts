/**
 * An npm registry on this machine, for our packages alone: verdaccio, on a loopback port, with its storage in a temporary folder.
 *
 * @module
 */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { BuiltPackage } from './build-packages.ts'
import { freePort } from './free-port.ts'
import { runProgram } from './program.ts'
import { installedTools } from './tools.ts'

export interface Registry extends AsyncDisposable {
  readonly url: string
  /** For a project's `.npmrc`: our packages come from here, all others from where they always do. */
  readonly npmrc: string
  publish(packages: readonly BuiltPackage[]): Promise<void>
}

/** Disposing of it stops the process and removes what was published. */
export async function startRegistry(): Promise<Registry> {
  const modules = await installedTools('registry')
  const folder = await mkdtemp(join(tmpdir(), 'darq-registry-'))
  const port = await freePort()
  const url = `http://127.0.0.1:${port}/`
  await writeFile(join(folder, 'config.yaml'), configuration(folder))
  const child = spawn(
    process.execPath,
    [
      join(modules, 'verdaccio/bin/verdaccio'),
      '--config',
      join(folder, 'config.yaml'),
      '--listen',
      `127.0.0.1:${port}`,
    ],
    { cwd: folder, stdio: ['ignore', 'pipe', 'pipe'] },
  )
  let said = ''
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (text: string) => {
      said += text
    })
  const exited = once(child, 'exit')
  const stop = async () => {
    if (child.exitCode === null && child.kill()) await exited
    await rm(folder, { recursive: true, force: true })
  }
  try {
    await answers(new URL('-/ping', url), () => child.exitCode !== null)
  } catch (error) {
    await stop()
    throw new Error(`the local registry did not start:\n${said}`, { cause: error })
  }
  // Whoever may publish is not asked who they are; npm insists on a token all the same.
  const userconfig = join(folder, 'publisher.npmrc')
  await writeFile(userconfig, `//127.0.0.1:${port}/:_authToken=rehearsal\n`)
  return {
    url,
    npmrc: `@darq:registry=${url}\n`,
    async publish(packages) {
      for (const { folder: built } of packages)
        await runProgram('npm', ['publish', built, '--registry', url, '--userconfig', userconfig, '--loglevel=error'], {
          cwd: folder,
        })
    },
    [Symbol.asyncDispose]: stop,
  }
}

/** Nothing is fetched from elsewhere: what is not published here is not here. */
function configuration(folder: string): string {
  return `
storage: ${JSON.stringify(join(folder, 'storage'))}
auth:
  htpasswd:
    file: ${JSON.stringify(join(folder, 'htpasswd'))}
uplinks: {}
packages:
  '@darq/*':
    access: $all
    publish: $all
  'create-darq':
    access: $all
    publish: $all
web:
  enable: false
max_body_size: 20mb
log: { type: stdout, format: pretty, level: warn }
`
}

async function answers(url: URL, isGone: () => boolean): Promise<void> {
  for (let tries = 0; tries < 300 && !isGone(); tries++) {
    const response = await fetch(url).catch(() => undefined)
    if (response?.ok) return
    await sleep(100)
  }
  throw new Error(`${url} does not answer`)
}
