import { encodeMessages, openEngine, type Sequence } from '@darq/runtime/engine'
import { attachInWorker } from '@darq/runtime/processor'
import { memory } from '@darq/runtime/storage'
import { expect, test } from 'vitest'
import { platformClock } from '../../runtime-ts/src/clock.ts'

test('a processor in a browser’s worker consumes every message once, also after its worker was replaced', async () => {
  const clock = platformClock()
  const engine = await openEngine({ name: 'host', storage: memory(), clock, random: Math.random, core: 'typescript' })
  const darq = engine.darq('counter')
  const fresh = () => new Worker(new URL('./fixture/browser-worker.ts', import.meta.url), { type: 'module' })
  const send = (from: number, to: number) => {
    const texts = Array.from({ length: to - from + 1 }, (_, index) => `${from + index}`)
    darq.enqueue(new TextEncoder().encode('p'), from as Sequence, encodeMessages(texts))
  }
  const consumed = () => {
    const { promise, resolve } = Promise.withResolvers<void>()
    const unwatch = darq.watch(() => {
      if (darq.waiting === 0) resolve()
    })
    return promise.finally(unwatch)
  }

  const first = fresh()
  attachInWorker(darq, first)
  send(1, 300)
  await consumed()
  first.terminate()
  send(301, 400)
  attachInWorker(darq, fresh())
  await consumed()
  expect(engine.counts.steps).toBe(400)
})
