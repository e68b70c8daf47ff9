/**
 * Serves what a bundler has built, under the strictest policy that it can live with, and hands what is the edge's on to the edge.
 *
 * @module
 */
import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http'
import { extname, join, normalize } from 'node:path'

export interface PageServer extends AsyncDisposable {
  readonly url: string
}

const types: Readonly<Record<string, string>> = {
  '.css': 'text/css',
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript',
  '.json': 'application/json',
  '.wasm': 'application/wasm',
}

/** @param edge where `/darq` and `/token` are */
export async function servePage(folder: string, edge: URL): Promise<PageServer> {
  const policy = policyFor(await readFile(join(folder, 'index.html'), 'utf8'))
  const server = createServer((asked, answer) => {
    const { pathname } = new URL(asked.url ?? '/', edge)
    if (/^\/(darq|token)(\/|$)/.test(pathname)) return handOn(asked, answer, edge)
    void serveFile(folder, pathname, policy, answer)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('no port')
  return {
    url: `http://127.0.0.1:${address.port}/`,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}

/** Nothing but the page's own files, no eval; Wasm may be compiled. Inline scripts that a tool insists on run by their hash. */
export function policyFor(page: string): string {
  const inline = [...page.matchAll(/<script(?![^>]*\ssrc=)[^>]*>([\s\S]*?)<\/script>/g)].map(
    ([, code = '']) => `'sha256-${createHash('sha256').update(code).digest('base64')}'`,
  )
  return [
    "default-src 'none'",
    ["script-src 'self' 'wasm-unsafe-eval'", ...inline].join(' '),
    "style-src 'self'",
    "connect-src 'self'",
    "worker-src 'self'",
    "base-uri 'none'",
  ].join('; ')
}

async function serveFile(folder: string, pathname: string, policy: string, answer: ServerResponse): Promise<void> {
  const path = normalize(pathname === '/' ? '/index.html' : pathname)
  try {
    const contents = await readFile(join(folder, path))
    answer.writeHead(200, {
      'content-type': types[extname(path)] ?? 'application/octet-stream',
      'content-security-policy': policy,
      'x-content-type-options': 'nosniff',
    })
    answer.end(contents)
  } catch {
    answer.writeHead(404).end()
  }
}

function handOn(asked: IncomingMessage, answer: ServerResponse, edge: URL): void {
  const { host: _host, ...headers } = asked.headers
  const further = request(new URL(asked.url ?? '/', edge), { method: asked.method, headers }, (came) => {
    answer.writeHead(came.statusCode ?? 502, came.headers)
    came.pipe(answer)
  })
  further.on('error', () => answer.destroy())
  answer.on('close', () => further.destroy())
  asked.pipe(further)
}
