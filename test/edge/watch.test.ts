import { DarqError } from '@darq/runtime/engine'
import type { Link, ViewFacts } from '@darq/runtime/transport'
import { expect, test, vi } from 'vitest'
import { streamViews } from '../../edge-worker/src/watch.ts'
import { WatchSlots } from '../../edge-worker/src/watch-slots.ts'
import { jsonEvents } from '../../runtime-ts/src/transport/lines.ts'
import { heartbeat_ms } from '../../runtime-ts/src/transport/wire.ts'

const limits = { line_max: 10_000, silence_ms_max: 60_000 }
const request = { to: 'counter', name: 'total', body: new Uint8Array(0) }
const encode = (value: Uint8Array) => new TextDecoder().decode(value)
const value = (text: string, grade: 'accepted' | 'committed' = 'accepted'): ViewFacts => ({
  grade,
  value: new TextEncoder().encode(text),
})
const withdrawn: ViewFacts = { grade: 'withdrawn', error: { code: 'withdrawn', message: 'undone', retryable: true } }

/** A link whose one watch is in the test's hands. */
function watched() {
  const ended = Promise.withResolvers<void>()
  let see: (view: ViewFacts) => void = () => undefined
  let signal: AbortSignal | undefined
  const watch: Link['watch'] = (_request, tell, left) => {
    see = tell
    signal = left
    left.addEventListener('abort', () => ended.resolve())
    return ended.promise
  }
  return {
    link: { watch },
    see: (view: ViewFacts) => see(view),
    fail: (error: unknown) => ended.reject(error),
    left: () => signal?.aborted,
  }
}

const body = (response: Response) => {
  if (response.body === null) throw new Error('no body')
  return response.body
}

test('each view is an event', async () => {
  const { link, see } = watched()
  const events = jsonEvents(body(streamViews(link, request, encode, () => undefined)), limits)
  see(value('1'))
  expect((await events.next()).value).toEqual({ grade: 'accepted', value: 1 })
  see(value('1', 'committed'))
  expect((await events.next()).value).toEqual({ grade: 'committed', value: 1 })
  await events.return()
})

test('a slow reader gets the newest value, and is not spared the withdrawal before it', async () => {
  const { link, see } = watched()
  const events = jsonEvents(body(streamViews(link, request, encode, () => undefined)), limits)
  for (const view of [value('1'), value('2'), value('3'), withdrawn, value('4'), value('5')]) see(view)
  const seen: unknown[] = []
  for await (const event of events) {
    seen.push(event)
    if (JSON.stringify(event).includes('5')) break
  }
  expect(seen).toEqual([{ grade: 'accepted', value: 1 }, withdrawn, { grade: 'accepted', value: 5 }])
})

test('when the reader leaves, the watch ends and its slot is free', async () => {
  const { link, see, left } = watched()
  const slots = new WatchSlots(1)
  const stream = body(streamViews(link, request, encode, slots.take()))
  see(value('1'))
  expect(() => slots.take()).toThrow(DarqError)
  await stream.cancel()
  await expect.poll(left).toBe(true)
  await expect.poll(() => slots.taken).toBe(0)
})

test('a stream that nobody reads is dropped, and its slot is free; a reader with nothing to read keeps it', async () => {
  vi.useFakeTimers()
  try {
    const slots = new WatchSlots(2)
    const [unread, read] = [watched(), watched()]
    streamViews(unread.link, request, encode, slots.take())
    const events = jsonEvents(body(streamViews(read.link, request, encode, slots.take())), {
      ...limits,
      silence_ms_max: 10 * heartbeat_ms,
    })
    unread.see(value('1'))
    read.see(value('1'))
    expect(await events.next()).toMatchObject({ done: false })
    // It reads on: heartbeats are all that comes.
    const next = events.next()
    await vi.advanceTimersByTimeAsync(2 * heartbeat_ms)
    expect(slots.taken).toBe(2)
    await vi.advanceTimersByTimeAsync(2 * heartbeat_ms)
    expect(unread.left()).toBe(true)
    expect([read.left(), slots.taken]).toEqual([false, 1])
    read.see(value('2'))
    expect((await next).value).toEqual({ grade: 'accepted', value: 2 })
  } finally {
    vi.useRealTimers()
  }
})

test('when the watch fails, the reader is told why, and the stream ends', async () => {
  const { link, fail } = watched()
  const slots = new WatchSlots(1)
  const events = jsonEvents(body(streamViews(link, request, encode, slots.take())), limits)
  fail(new DarqError('closed', { message: 'gone' }))
  expect((await events.next()).value).toEqual({ error: { code: 'closed', message: 'gone', retryable: true } })
  expect(await events.next()).toMatchObject({ done: true })
  expect(slots.taken).toBe(0)
})
