/**
 * One contender in a worker of a browser, over a database of its own.
 *
 * @module
 */
import { meterIndexedDb, openOverIndexedDb } from '../contenders/indexed-db.ts'
import { type Ask, answer } from '../remote-stage.ts'
import { stageIn } from '../stage.ts'

const stage = stageIn({
  contender: (name) => openOverIndexedDb(name, `${name}-${crypto.randomUUID()}`),
  now_ms: () => performance.now(),
  meter: meterIndexedDb(),
  messages_per_sample: 1,
})

addEventListener('message', async ({ data }: MessageEvent<Ask>) => postMessage(await answer(stage, data)))
