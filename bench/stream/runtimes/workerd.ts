/**
 * workerd: a process for each round, its Durable Objects' storage on this machine's disk.
 *
 * @module
 */
import { mkdtemp, rm } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Miniflare } from 'miniflare'
import { buildWorker } from '../../../edge-worker/scripts/build-worker.ts'
import type { Answer } from '../stage.ts'
import type { OpenRuntime } from './runtime.ts'

const compatibilityDate = '2026-07-01'

export const openWorkerd: OpenRuntime = async () => {
  // It would look up facts about this machine's network, which nobody needs here.
  process.env.CLOUDFLARE_CF_FETCH_ENABLED ??= 'false'
  const folder = await mkdtemp(join(tmpdir(), 'darq-bench-stream-'))
  const entry = join(import.meta.dirname, 'workerd-worker.ts')
  const built = await buildWorker({ entry, out: join(folder, 'worker'), minify: true })
  let rounds = 0
  return {
    name: 'workerd',
    version: `workerd ${workerdVersion()}, a Durable Object over SQLite for each participant`,
    async ask(ask) {
      rounds += 1
      const objects = ['FREE', 'K0', 'HAND'].map(
        (name) => [name, { className: name, useSQLite: true, unsafePreventEviction: true }] as const,
      )
      const miniflare = new Miniflare({
        ...built,
        compatibilityDate,
        durableObjects: Object.fromEntries(objects),
        durableObjectsPersist: join(folder, `storage-${rounds}`),
      })
      try {
        const response = await miniflare.dispatchFetch('http://bench/', { method: 'POST', body: JSON.stringify(ask) })
        if (!response.ok) return { error: `${response.status} ${await response.text()}` }
        // The worker is ours, built from the same sources.
        return (await response.json()) as Answer
      } finally {
        await miniflare.dispose()
      }
    },
    close: () => rm(folder, { recursive: true, force: true }),
  }
}

function workerdVersion(): string {
  const { version }: { version: string } = createRequire(import.meta.url)('workerd/package.json')
  return version
}
