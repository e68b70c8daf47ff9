import { DarqError } from '@darq/runtime/engine'
import { expect, test } from 'vitest'
import { Answers } from '../../edge-worker/src/answers.ts'

const limits = { waiting_max: 2, wait_ms_max: 60_000 }
const frame = new Uint8Array([1, 2, 3])

test('a request gets the frame that the engine sends to its address', async () => {
  const answers = new Answers(limits)
  const asked: string[] = []
  const first = answers.waitFor((address) => asked.push(address))
  const second = answers.waitFor((address) => asked.push(address))
  answers.send(asked[1] ?? '', new Uint8Array([2]))
  answers.send(asked[0] ?? '', new Uint8Array([1]))
  expect(await Promise.all([first, second])).toEqual([new Uint8Array([1]), new Uint8Array([2])])
  expect(answers.waiting).toBe(0)
})

test('an answer may come while the frame is taken', async () => {
  const answers = new Answers(limits)
  expect(await answers.waitFor((address) => answers.send(address, frame))).toEqual(frame)
})

test('a refusal of the engine is the outcome, and nothing waits any more', async () => {
  const answers = new Answers(limits)
  const refused = answers.waitFor(() => {
    throw new DarqError('bad_frame')
  })
  await expect(refused).rejects.toMatchObject({ code: 'bad_frame' })
  expect(answers.waiting).toBe(0)
})

test('a request that waited too long is unavailable; what comes later is told to be lost', async () => {
  const answers = new Answers({ ...limits, wait_ms_max: 5 })
  const asked: string[] = []
  await expect(answers.waitFor((address) => asked.push(address))).rejects.toMatchObject({
    code: 'unavailable',
    retryable: true,
  })
  expect(() => answers.send(asked[0] ?? '', frame)).toThrow(DarqError)
})

test('when the host stops, everything that waits is told', async () => {
  const answers = new Answers(limits)
  const waiting = [answers.waitFor(() => undefined), answers.waitFor(() => undefined)]
  answers.fail(new DarqError('unavailable', { message: 'stopped' }))
  expect(await Promise.allSettled(waiting)).toEqual([
    { status: 'rejected', reason: expect.objectContaining({ message: 'stopped' }) },
    { status: 'rejected', reason: expect.objectContaining({ message: 'stopped' }) },
  ])
})

test('more requests than may wait are refused, and may come again', async () => {
  const answers = new Answers(limits)
  const waiting = [answers.waitFor(() => undefined), answers.waitFor(() => undefined)]
  await expect(answers.waitFor(() => undefined)).rejects.toMatchObject({ code: 'backpressure', retryable: true })
  answers.fail(new DarqError('unavailable'))
  await Promise.allSettled(waiting)
  expect(await answers.waitFor((address) => answers.send(address, frame))).toEqual(frame)
})
