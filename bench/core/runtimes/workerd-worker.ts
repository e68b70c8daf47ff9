/**
 * One contender in a worker of workerd: a question a request.
 *
 * @module
 */
import type { ContenderName } from '../contenders/contender.ts'
import { jsonSerializer } from '../contenders/json-serializer.ts'
import { contenderNamed, stageOf } from '../contenders/stage-of.ts'
import { type Ask, answer } from '../remote-stage.ts'
import type { Stage } from '../stage.ts'

interface Environment {
  readonly CONTENDER: ContenderName
}

let stage: Promise<Stage> | undefined

/** Spins for a random part of a millisecond, the step of workerd's clock. */
function dither(): void {
  const spins = Math.random() * 1_000_000
  for (let spin = 0; spin < spins; spin++) sink = (Math.imul(sink, 1_664_525) + spin) | 0
}
let sink = 1

export default {
  async fetch(request: Request, { CONTENDER }: Environment): Promise<Response> {
    stage ??= stageOf(contenderNamed(CONTENDER), jsonSerializer, {
      now_ms: () => performance.now(),
      heap_bytes: undefined,
      dither,
    })
    const ask: Ask = await request.json()
    return Response.json(await answer(await stage, ask))
  },
}
