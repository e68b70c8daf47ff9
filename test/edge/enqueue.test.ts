import { DarqError } from '@darq/runtime/engine'
import type { Graded, Link } from '@darq/runtime/transport'
import { expect, test } from 'vitest'
import { awaitGrade, streamGrades } from '../../edge-worker/src/enqueue.ts'

const request = { to: 'counter', producer: 'p', first: 1, messages: new Uint8Array(8) }
const accepted: Graded = { grade: 'accepted', lsns: [40], duplicates: 0, expected: 2 }
const durable: Graded = { grade: 'durable', durability: 'strict' }
const committed: Graded = { grade: 'committed', durability: 'strict' }
const preferred = { stated: true, wait_ms: 60_000, grade: 'committed' } as const

/** A link whose one batch is in the test's hands. */
function enqueued() {
  const done = Promise.withResolvers<void>()
  let report: (graded: Graded) => void = () => undefined
  const enqueue: Link['enqueue'] = (_request, tell) => {
    report = tell
    return done.promise
  }
  return { link: { enqueue }, report: (graded: Graded) => report(graded), done: done.resolve, fail: done.reject }
}

test('waits for the preferred grade, and no further', async () => {
  const { link, report } = enqueued()
  const waiting = awaitGrade(link, request, { ...preferred, grade: 'durable' })
  report(accepted)
  report(durable)
  expect(await waiting).toEqual({ ...accepted, ...durable })
})

test('tells how far it came when the wait is over', async () => {
  const { link, report } = enqueued()
  const waiting = awaitGrade(link, request, { ...preferred, wait_ms: 1 })
  report(accepted)
  expect(await waiting).toEqual(accepted)
})

test('a batch that is refused at once is refused, and leaves no rejection behind', async () => {
  const { link, fail } = enqueued()
  const waiting = awaitGrade(link, request, preferred)
  fail(new DarqError('gap'))
  await expect(waiting).rejects.toMatchObject({ code: 'gap' })
})

test('a batch that is lost while it is waited for fails; after the wait nobody is left to be told', async () => {
  const lost = enqueued()
  const waiting = awaitGrade(lost.link, request, preferred)
  lost.report(accepted)
  lost.fail(new DarqError('closed'))
  await expect(waiting).rejects.toMatchObject({ code: 'closed' })

  const late = enqueued()
  const waited = awaitGrade(late.link, request, { ...preferred, grade: 'accepted' })
  late.report(accepted)
  expect(await waited).toEqual(accepted)
  late.fail(new DarqError('closed'))
})

test('streams a line per grade, and a failure as the last', async () => {
  const { link, report, fail } = enqueued()
  const responding = streamGrades(link, request)
  report(accepted)
  const response = await responding
  report(durable)
  fail(new DarqError('closed', { message: 'gone' }))
  const lines = (await response.text()).split('\n')
  expect(lines.slice(0, -1).map((line) => JSON.parse(line))).toEqual([
    accepted,
    durable,
    { grade: 'failed', error: { code: 'closed', message: 'gone', retryable: true } },
  ])
})

test('a batch that is refused before it is accepted is no stream', async () => {
  const { link, fail } = enqueued()
  const responding = streamGrades(link, request)
  fail(new DarqError('gap'))
  await expect(responding).rejects.toMatchObject({ code: 'gap' })
})

test('a reader that has left is told nothing, and the batch goes on', async () => {
  const { link, report, done } = enqueued()
  const responding = streamGrades(link, request)
  report(accepted)
  await (await responding).body?.cancel()
  report(durable)
  report(committed)
  done()
})
