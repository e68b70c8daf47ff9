/**
 * Serves the fixture, each test under an origin of its own, and lets a page stand still in the middle of what it does.
 *
 * @module
 */
import type { ServerResponse } from 'node:http'
import { join } from 'node:path'
import { createServer } from 'vite'
import { mutation } from './mutation.ts'

export interface StoppedTabServer {
  address(name: string): string
  /** @returns once a page stands still, what lets it go on */
  stoodStill(): Promise<() => void>
  close(): Promise<void>
}

export async function serveStoppedTab(): Promise<StoppedTabServer> {
  let standing = Promise.withResolvers<ServerResponse>()
  const server = await createServer({
    root: join(import.meta.dirname, 'fixture'),
    configFile: false,
    logLevel: 'error',
    cacheDir: join(import.meta.dirname, `../../node_modules/.vite/stopped-tab-${process.pid}`),
    // Else the page is loaded anew when the dependency has been found.
    optimizeDeps: { include: ['idb'] },
    server: {
      port: 0,
      host: '127.0.0.1',
      allowedHosts: ['.localhost'],
      hmr: false,
      fs: { strict: false },
      watch: null,
    },
    plugins: [
      ...mutation(),
      {
        name: 'stand-still',
        configureServer({ middlewares }) {
          middlewares.use('/stand-still', (_, response) => standing.resolve(response))
        },
      },
    ],
  })
  await server.listen()
  const served = server.resolvedUrls?.local[0]
  if (served === undefined) throw new Error('the fixture has no address')
  const { port } = new URL(served)
  return {
    address: (name) => `http://${name}.localhost:${port}/`,
    async stoodStill() {
      const response = await standing.promise
      standing = Promise.withResolvers()
      return () => response.end()
    },
    close: () => server.close(),
  }
}
