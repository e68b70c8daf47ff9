/**
 * workerd, through miniflare: a worker, and so an isolate, for each contender.
 *
 * In production the clock of a Worker stands still while a script runs, and nothing could be timed from inside. In local
 * workerd it goes on, in steps of 1 ms. Sections are made long for it, and begin at a random place between two steps, so that
 * rounding evens out. Should the clock stand still in some version, the driver notices and refuses.
 *
 * @module
 */
import { mkdtemp, readFile, rm } from 'node:fs/promises'
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
  const out = await mkdtemp(join(tmpdir(), 'darq-bench-workerd-'))
  const built = await buildWorker({ entry: join(import.meta.dirname, 'workerd-worker.ts'), out, minify: true })
  const miniflare = new Miniflare({
    workers: contenderNames.map((name) => ({
      ...built,
      name,
      compatibilityDate,
      bindings: { CONTENDER: name },
    })),
  })
  try {
    const stages = new Map<ContenderName, Stage>()
    for (const name of contenderNames) {
      const worker = await miniflare.getWorker(name)
      const stage = remoteStage(async (ask) => {
        const response = await worker.fetch('http://bench/', { method: 'POST', body: JSON.stringify(ask) })
        if (!response.ok) return { error: `${name}: ${response.status} ${await response.text()}` }
        // The worker is ours, built from the same sources.
        const answered = (await response.json()) as Answer
        return answered
      })
      stages.set(name, stage)
    }
    const rows = await drive({ runtime: 'workerd', stages }, plan, say)
    return { name: 'workerd', version: `workerd ${await workerdVersion()}`, rows }
  } finally {
    await miniflare.dispose()
    await rm(out, { recursive: true, force: true })
  }
}

async function workerdVersion(): Promise<string> {
  const file = createRequire(import.meta.url).resolve('workerd/package.json')
  const { version }: { version: string } = JSON.parse(await readFile(file, 'utf8'))
  return version
}
