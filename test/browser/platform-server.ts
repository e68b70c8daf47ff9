/** Serves the fixture whose platform lacks something: each origin is answered as its test wants it. */
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { createServer, type ServerResponse } from 'node:http'
import { tmpdir } from 'node:os'
import { extname, join } from 'node:path'
import { build } from 'vite'

/**
 * How core.wasm is answered, wherever it is asked for; `forbidden`: as it is, but scripts may compile none; `without workers`:
 * the scripts of workers are gone, as after a deployment.
 */
export type Answer = 'as it is' | 'forbidden' | 'missing' | 'page' | 'cut off' | 'never' | 'without workers'

export interface PlatformServer {
  /** A new origin, with a storage of its own. One that isn't secure ends in `.test`, which the browser must be told to find here. */
  origin(answer: Answer, secure?: boolean): PlatformOrigin
  close(): Promise<void>
}

export interface PlatformOrigin {
  readonly address: string
  answer: Answer
  /** The paths that were asked for. */
  readonly asked: string[]
}

const types: Readonly<Record<string, string>> = {
  '.html': 'text/html',
  '.js': 'text/javascript',
  '.wasm': 'application/wasm',
}
const policy = `default-src 'none'; frame-src 'self'; worker-src 'self'; connect-src 'self'; script-src 'self'`

export async function servePlatformFixture(): Promise<PlatformServer> {
  const root = join(import.meta.dirname, 'platform-fixture')
  const outDir = await mkdtemp(join(tmpdir(), 'darq-platform-fixture-'))
  const wasm = await readFile(join(import.meta.dirname, '../../core-as/build/core.wasm'))
  await build({
    root,
    logLevel: 'error',
    worker: { format: 'es' },
    define: { inlinedCore: JSON.stringify(wasm.toString('base64')) },
    build: {
      rolldownOptions: { input: [join(root, 'index.html'), join(root, 'frame.html')] },
      outDir,
      emptyOutDir: true,
      target: 'esnext',
    },
  })
  const origins = new Map<string, PlatformOrigin>()

  async function respond(origin: PlatformOrigin, path: string, response: ServerResponse): Promise<void> {
    const { answer } = origin
    const isWasm = path.endsWith('.wasm')
    if (isWasm && answer === 'never') return
    const isPage = path === '/' || (isWasm && answer === 'page')
    const type = types[isPage ? '.html' : extname(path)] ?? 'text/plain'
    const body =
      isWasm && !isPage ? wasm : await readFile(join(outDir, isPage ? 'index.html' : path)).catch(() => undefined)
    const isGone = (isWasm && answer === 'missing') || (answer === 'without workers' && /\/worker/.test(path))
    if (body === undefined || isGone) {
      response.writeHead(404).end('not here')
      return
    }
    response.writeHead(200, {
      'content-type': type,
      // A sandboxed frame's own scripts are another origin's.
      'access-control-allow-origin': '*',
      'content-security-policy': answer === 'forbidden' ? policy : `${policy} 'wasm-unsafe-eval'`,
    })
    response.end(isWasm && answer === 'cut off' ? body.subarray(0, body.length / 2) : body)
  }

  const server = createServer((request, response) => {
    const origin = origins.get((request.headers.host ?? '').replace(/\..*/, ''))
    const { pathname } = new URL(request.url ?? '/', 'http://localhost')
    origin?.asked.push(pathname)
    if (origin === undefined) response.writeHead(404).end()
    else void respond(origin, pathname, response)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const at = server.address()
  if (at === null || typeof at === 'string') throw new Error('the server has no port')
  const { port } = at
  return {
    origin(answer, secure = true) {
      const name = `origin${origins.size}`
      const origin: PlatformOrigin = {
        address: `http://${name}.${secure ? 'localhost' : 'test'}:${port}/`,
        answer,
        asked: [],
      }
      origins.set(name, origin)
      return origin
    },
    async close() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
      await rm(outDir, { recursive: true })
    },
  }
}
