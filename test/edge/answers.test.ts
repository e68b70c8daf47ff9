import { DarqError } from '@darq/runtime/engine'
import { expect, test } from 'vitest'
import { type Answering, Answers } from '../../edge-worker/src/answers.ts'

const limits = { waiting_max: 2, wait_ms_max: 60_000 }
const frame = new Uint8Array([1, 2, 3])

/** An engine that notes who asks, and does what the test says. */
function engine(take: (from: string) => void = () => undefined) {
  const asked: string[] = []
  const { promise: stopped, resolve: stop } = Promise.withResolvers<DarqError | undefined>()
  const taking: Answering = {
    stopped,
    receive(from) {
      asked.push(from)
      take(from)
    },
  }
  return { taking, asked, stop }
}

test('a request gets the frame that the engine sends to its address', async () => {
  const answers = new Answers(limits)
  const { taking, asked } = engine()
  const first = answers.ask(taking, frame)
  const second = answers.ask(taking, frame)
  answers.send(asked[1] ?? '', new Uint8Array([2]))
  answers.send(asked[0] ?? '', new Uint8Array([1]))
  expect(await Promise.all([first, second])).toEqual([new Uint8Array([1]), new Uint8Array([2])])
  expect(answers.waiting).toBe(0)
})

test('its addresses are no names of hosts', async () => {
  const answers = new Answers(limits)
  const { taking, asked } = engine((from) => answers.send(from, frame))
  await answers.ask(taking, frame)
  expect(asked.map((address) => answers.has(address))).toEqual([true])
  expect(answers.has(encodeURIComponent('request:1'))).toBe(false)
})

test('an answer may come while the frame is taken', async () => {
  const answers = new Answers(limits)
  const { taking } = engine((from) => answers.send(from, frame))
  expect(await answers.ask(taking, frame)).toEqual(frame)
})

test('a refusal of the engine is the outcome, and nothing waits any more', async () => {
  const answers = new Answers(limits)
  const { taking } = engine(() => {
    throw new DarqError('bad_frame')
  })
  await expect(answers.ask(taking, frame)).rejects.toMatchObject({ code: 'bad_frame' })
  expect(answers.waiting).toBe(0)
})

test('a request that waited too long is unavailable; what comes later is told to be lost', async () => {
  const answers = new Answers({ ...limits, wait_ms_max: 5 })
  const { taking, asked } = engine()
  await expect(answers.ask(taking, frame)).rejects.toMatchObject({ code: 'unavailable', retryable: true })
  expect(() => answers.send(asked[0] ?? '', frame)).toThrow(DarqError)
})

test('when an engine stops, those who wait for it are told, and those who wait for the next one go on', async () => {
  const answers = new Answers(limits)
  const [before, after] = [engine(), engine()]
  const left = answers.ask(before.taking, frame)
  const waiting = answers.ask(after.taking, frame)
  before.stop(new DarqError('withdrawn'))
  await expect(left).rejects.toMatchObject({ code: 'unavailable', retryable: true, cause: { code: 'withdrawn' } })
  answers.send(after.asked[0] ?? '', frame)
  expect(await waiting).toEqual(frame)
})

test('more requests than may wait are refused, and may come again', async () => {
  const answers = new Answers(limits)
  const { taking, stop } = engine()
  const waiting = [answers.ask(taking, frame), answers.ask(taking, frame)]
  await expect(answers.ask(taking, frame)).rejects.toMatchObject({ code: 'backpressure', retryable: true })
  stop(undefined)
  await Promise.allSettled(waiting)
  const { taking: next } = engine((from) => answers.send(from, frame))
  expect(await answers.ask(next, frame)).toEqual(frame)
})
