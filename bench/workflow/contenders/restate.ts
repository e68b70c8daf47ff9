/**
 * Restate: its server, as shipped, and a service of its SDK in another process; asked over the server's HTTP ingress.
 *
 * @module
 */
import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { access } from 'node:fs/promises'
import { join } from 'node:path'
import { Missing } from '../../core/runtimes/runtime.ts'
import { installPeer, versionOf } from '../peers/install.ts'
import type { ContenderContext, Open, Opened } from './contender.ts'
import { freePort } from './free-port.ts'
import { askSteps } from './http.ts'
import { start } from './process.ts'

/** A plain handler: the least that Restate does for three steps. A repeat of the request would run them again. */
export function openRestate(say: (line: string) => void): Open {
  return (context) => open(context, say, 'restate', () => 'Steps/run')
}

/** A workflow: once for each key. */
export function openRestateWorkflow(say: (line: string) => void): Open {
  return (context) => open(context, say, 'restate-workflow', () => `StepsOnce/${randomUUID()}/run`)
}

async function open(
  { folder, flushes }: ContenderContext,
  say: (line: string) => void,
  name: string,
  path: () => string,
): Promise<Opened> {
  const peer = await installPeer('restate', say)
  const [ingress, admin, node] = [await freePort(), await freePort(), await freePort()]
  const server = start({
    command: [
      ...(flushes?.prefix ?? []),
      await serverIn(peer),
      ...['--base-dir', folder, '--node-name', 'bench', '--no-logo'],
      ...['--bind-ip', '127.0.0.1', '--bind-port', String(node), '--listen-mode', 'tcp'],
    ],
    cwd: peer,
    env: {
      RESTATE_INGRESS__BIND_PORT: String(ingress),
      RESTATE_ADMIN__BIND_PORT: String(admin),
      RESTATE_DISABLE_TELEMETRY: 'true',
    },
  })
  const service = start({
    command: [process.execPath, 'application.mjs'],
    cwd: peer,
    env: { NODE_ENV: 'production', RESTATE_LOGGING: 'ERROR' },
  })
  const close = async () => {
    await Promise.all([service.stop(), server.stop()])
  }
  try {
    const [, port] = await service.ready(/^listening (\d+)$/)
    await server.whileAlive(register(admin, Number(port)))
  } catch (error) {
    await close()
    throw error
  }
  const url = `http://127.0.0.1:${ingress}`
  const [server_version, sdk] = await Promise.all([
    versionOf(peer, '@restatedev/restate-server'),
    versionOf(peer, '@restatedev/restate-sdk'),
  ])
  return {
    version: `Restate server ${server_version}, SDK ${sdk} over HTTP/2`,
    durability: 'as shipped: one node, 24 partitions, each batch of the log written to RocksDB’s WAL and flushed',
    processes: [server.pid, service.pid],
    client: () => () => askSteps(name, `${url}/${path()}`, {}),
    close,
  }
}

/** The package for this platform brings the program. */
async function serverIn(peer: string): Promise<string> {
  const name = `restate-server-${process.platform}-${process.arch}`
  const program = join(peer, 'node_modules', '@restatedev', name, 'bin', 'restate-server')
  try {
    await access(program)
  } catch {
    throw new Missing(`Restate has no server for ${process.platform} ${process.arch}`)
  }
  return program
}

const attempts_max = 300
const pause_ms = 100

/** The server is asked until it is up: it says on no line that it is. */
async function register(admin: number, port: number): Promise<void> {
  let last: unknown
  for (let attempt = 0; attempt < attempts_max; attempt += 1) {
    try {
      const response = await fetch(`http://127.0.0.1:${admin}/deployments`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ uri: `http://127.0.0.1:${port}` }),
      })
      const text = await response.text()
      if (response.ok) return
      last = `${response.status} ${text}`
    } catch (error) {
      last = error
    }
    await once(AbortSignal.timeout(pause_ms), 'abort')
  }
  throw new Error(`Restate takes no service: ${String(last)}`)
}
