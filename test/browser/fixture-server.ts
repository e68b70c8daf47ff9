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
  /** Another origin for each name, with a storage of its own. */
  address(name: string): string
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
      allowedHosts: ['.localhost'],
      headers: { 'content-security-policy': contentSecurityPolicy },
    },
  })
  const served = server.resolvedUrls?.local[0]
  if (served === undefined) throw new Error('the fixture has no address')
  const { port } = new URL(served)
  return {
    // Browsers take every name below `localhost` for this machine, and for a secure context.
    address: (name) => `http://${name}.localhost:${port}/`,
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
