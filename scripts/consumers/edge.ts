/**
 * The edge of the tutorial's app: `wrangler deploy --dry-run`, then `wrangler dev`.
 *
 * @module
 */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { stat } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { freePort } from '../release/free-port.ts'
import type { Registry } from '../release/registry.ts'
import { buildConsumer, installConsumer } from './consumer.ts'

export interface Edge extends AsyncDisposable {
  readonly url: URL
  /** Has all our packages installed. */
  readonly folder: string
  /** What `wrangler deploy --dry-run` would deploy. */
  readonly script_bytes: number
}

export async function startEdge(registry: Registry): Promise<Edge> {
  // The pages are served apart from it, each by its own server.
  const assets = '  "assets": { "directory": "dist", "run_worker_first": ["/darq/*", "/token"] },\n'
  const consumer = await installConsumer({ name: 'wrangler', changes: [['wrangler.jsonc', assets, '']] }, registry)
  try {
    const built = await buildConsumer(consumer)
    const { size } = await stat(join(built, 'votes.edge.js'))
    const dev = await startDev(consumer.folder)
    return {
      url: dev.url,
      folder: consumer.folder,
      script_bytes: size,
      async [Symbol.asyncDispose]() {
        await dev.stop()
        await consumer[Symbol.asyncDispose]()
      },
    }
  } catch (error) {
    await consumer[Symbol.asyncDispose]()
    throw error
  }
}

async function startDev(folder: string): Promise<{ readonly url: URL; stop(): Promise<void> }> {
  const port = await freePort()
  const url = new URL(`http://127.0.0.1:${port}/`)
  const args = ['dev', '--ip', '127.0.0.1', '--port', String(port), '--show-interactive-dev-session=false']
  const child = spawn(join(folder, 'node_modules/.bin/wrangler'), args, {
    cwd: folder,
    // A group of its own: workerd ends with it.
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, CI: '1', WRANGLER_SEND_METRICS: 'false', CLOUDFLARE_CF_FETCH_ENABLED: 'false' },
  })
  let said = ''
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (data) => (said += String(data)))
  const exited = once(child, 'exit')
  const stop = async () => {
    if (child.exitCode === null && child.pid !== undefined) {
      process.kill(-child.pid, 'SIGTERM')
      await exited
    }
  }
  for (let tries = 0; tries < 600 && child.exitCode === null; tries++) {
    const answer = await fetch(new URL('token', url)).catch(() => undefined)
    if (answer?.ok) return { url, stop }
    await sleep(100)
  }
  await stop()
  throw new Error(`wrangler dev did not start:\n${said}`)
}
