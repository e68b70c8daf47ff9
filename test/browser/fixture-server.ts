/** Builds the fixture as an application would, and serves it under a strict content security policy. */
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { build, preview } from 'vite'

export const contentSecurityPolicy = [
  "default-src 'none'",
  "script-src 'self' 'wasm-unsafe-eval'",
  "worker-src 'self'",
  "connect-src 'self'",
].join('; ')

export interface FixtureServer {
  readonly address: string
  /** Compressed bytes of the scripts that the page itself loads, without its worker's. */
  readonly page_bytes: number
  close(): Promise<void>
}

export async function serveFixture(): Promise<FixtureServer> {
  const root = join(import.meta.dirname, 'fixture')
  const outDir = await mkdtemp(join(tmpdir(), 'darq-fixture-'))
  await build({
    root,
    logLevel: 'error',
    worker: { format: 'es' },
    build: {
      outDir,
      emptyOutDir: true,
      target: 'esnext',
      modulePreload: { polyfill: false },
      rolldownOptions: { input: [join(root, 'index.html'), join(root, 'elsewhere.html')] },
    },
  })
  const server = await preview({
    root,
    appType: 'mpa',
    logLevel: 'error',
    build: { outDir },
    preview: {
      port: 0,
      host: '127.0.0.1',
      headers: { 'content-security-policy': contentSecurityPolicy },
    },
  })
  const address = server.resolvedUrls?.local[0]
  if (address === undefined) throw new Error('the fixture has no address')
  return {
    address,
    page_bytes: await pageBytes(outDir),
    async close() {
      await server.close()
      await rm(outDir, { recursive: true })
    },
  }
}

async function pageBytes(outDir: string): Promise<number> {
  const assets = join(outDir, 'assets')
  const html = await readFile(join(outDir, 'index.html'), 'utf8')
  let bytes = 0
  for (const name of await readdir(assets)) {
    if (name.endsWith('.js') && html.includes(name)) bytes += gzipSync(await readFile(join(assets, name))).byteLength
  }
  return bytes
}
