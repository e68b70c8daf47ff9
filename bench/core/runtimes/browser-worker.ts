/**
 * One contender in a worker of a browser.
 *
 * @module
 */
import { jsonSerializer } from '../contenders/json-serializer.ts'
import { contenderNamed, stageOf } from '../contenders/stage-of.ts'
import { type Ask, answer } from '../remote-stage.ts'
import type { Stage } from '../stage.ts'

let stage: Stage | undefined

/** The first message names the contender, every other is a question. */
addEventListener('message', async ({ data }: MessageEvent<Ask | string>) => {
  if (typeof data === 'string') {
    try {
      stage = await stageOf(contenderNamed(data), jsonSerializer, {
        now_ms: () => performance.now(),
        heap_bytes: undefined,
      })
      postMessage({ ok: true })
    } catch (error) {
      postMessage({ error: String(error) })
    }
  } else if (stage !== undefined) {
    postMessage(await answer(stage, data))
  }
})
