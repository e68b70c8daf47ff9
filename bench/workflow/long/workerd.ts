/**
 * Long workflows in Durable Objects of a real workerd, over SQLite on this machine's disk.
 *
 * @module
 */
import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { connect } from '@darq/runtime'
import { type Birth, type Marks, mark_every } from '../workerd/marks.ts'
import { openWorkerd, type Workerd } from '../workerd/open.ts'
import type { Ground } from './ground.ts'
import { Interrupted, Long } from './workflows.ts'

/** Between two questions whether a workflow has come to its end. */
const pause_ms = 20

export async function inWorkerd(): Promise<Ground> {
  const folder = await mkdtemp(join(tmpdir(), 'darq-bench-long-workerd-'))
  const workerd = await openWorkerd(join(folder, 'long'))
  return {
    name: 'workerd',
    version: `${workerd.version}, a Durable Object over SQLite for the workflow, another for who is called`,
    async long(form, steps, stretch) {
      if (stretch % mark_every !== 0) throw new Error(`expected a multiple of ${mark_every}, got ${stretch}`)
      const id = randomUUID()
      await using client = connect(workerd.url)
      await client.call(Long.start(id, { steps, form }))
      const { done_ms } = await told<Marks>(workerd, `marks/${id}`)
      const marks_ms = done_ms.filter((_, index) => (index * mark_every) % stretch === 0)
      return { marks_ms, cpu_ms: undefined }
    },
    async resume(form, steps) {
      const id = randomUUID()
      const store = join(folder, id)
      const ask = Interrupted.start(id, { steps, form })
      {
        await using first = await openWorkerd(store, { holds: true })
        await using client = connect(first.url)
        client.call(ask).catch(() => {}) // the process ends before it answers
        while ((await told<Marks>(first, `marks/${id}`)).next_ms === undefined)
          await once(AbortSignal.timeout(pause_ms), 'abort')
      }
      await using second = await openWorkerd(store)
      await using client = connect(second.url)
      // Another object first: code that has never run is no matter of the store.
      await client.call(Long.start(id, { steps: 10, form }))
      await client.call(ask)
      const { next_ms } = await told<Marks>(second, `marks/${id}`)
      const { born_ms } = await told<Birth>(second, `birth/${encodeURIComponent(ask.to)}`)
      if (next_ms === undefined || born_ms === undefined) throw new Error('a workflow is done, and has not gone on')
      return { next_ms: next_ms - born_ms }
    },
    async close() {
      await workerd[Symbol.asyncDispose]()
      await rm(folder, { recursive: true, force: true })
    },
  }
}

/** The worker is ours, built from the same sources. */
async function told<Answer>({ origin }: Workerd, path: string): Promise<Answer> {
  const response = await fetch(`${origin}/${path}`)
  return (await response.json()) as Answer
}
