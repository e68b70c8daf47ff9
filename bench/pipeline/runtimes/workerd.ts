/**
 * workerd: a Durable Object for each contender, their storage on this machine's disk.
 *
 * @module
 */
import { mkdtemp, rm } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Miniflare } from 'miniflare'
import { buildWorker } from '../../../edge-worker/scripts/build-worker.ts'
import { type ContenderName, contenderNames } from '../contenders/contender.ts'
import { drive } from '../driver.ts'
import { type Answer, remoteStage } from '../remote-stage.ts'
import type { Stage } from '../stage.ts'
import type { RunIn } from './runtime.ts'

const compatibilityDate = '2026-07-01'

export const runInWorkerd: RunIn = async (plan, say) => {
  // It would look up facts about this machine's network, which nobody needs here.
  process.env.CLOUDFLARE_CF_FETCH_ENABLED ??= 'false'
  const folder = await mkdtemp(join(tmpdir(), 'darq-bench-workerd-'))
  const built = await buildWorker({
    entry: join(import.meta.dirname, 'workerd-worker.ts'),
    out: join(folder, 'worker'),
    minify: true,
  })
  const miniflare = new Miniflare({
    ...built,
    compatibilityDate,
    // Between two of its rounds an object may be idle for longer than the platform keeps it.
    durableObjects: { STAGE: { className: 'BenchObject', useSQLite: true, unsafePreventEviction: true } },
    durableObjectsPersist: join(folder, 'storage'),
  })
  try {
    const stages = new Map<ContenderName, Stage>()
    for (const name of contenderNames) {
      const stage = remoteStage(async (ask) => {
        const response = await miniflare.dispatchFetch(`http://bench/${name}`, {
          method: 'POST',
          body: JSON.stringify(ask),
        })
        if (!response.ok) return { error: `${name}: ${response.status} ${await response.text()}` }
        // The worker is ours, built from the same sources.
        const answered = (await response.json()) as Answer
        return answered
      })
      stages.set(name, stage)
    }
    const rows = await drive('workerd', stages, plan, say)
    return { name: 'workerd', version: `workerd ${workerdVersion()}, Durable Object over SQLite`, rows }
  } finally {
    await miniflare.dispose()
    await rm(folder, { recursive: true, force: true })
  }
}

function workerdVersion(): string {
  const { version }: { version: string } = createRequire(import.meta.url)('workerd/package.json')
  return version
}
