import { expect, it } from 'vitest'
import { openStatusBoard, type TabStatus } from '../../runtime-ts/src/browser/tab-status.ts'

const first: TabStatus = {
  role: 'follower',
  durability: 'strict',
  core: 'wasm',
  wasm_error: undefined,
  reason: undefined,
  last_error: undefined,
  backlog: {},
  fallback: undefined,
  online: true,
  persisted: false,
  usage_bytes: undefined,
  quota_bytes: undefined,
}

it('shows the status now, then the newest after changes', async () => {
  const board = openStatusBoard(first)
  const seen = board.watch()[Symbol.asyncIterator]()
  expect((await seen.next()).value).toEqual(first)
  board.change({ online: false })
  board.change({ role: 'leader' })
  expect((await seen.next()).value).toEqual({ ...first, online: false, role: 'leader' })
  const next = seen.next()
  board.change({ online: true })
  expect((await next).value).toEqual({ ...first, role: 'leader' })
})

it('says nothing when nothing has changed', () => {
  const board = openStatusBoard(first)
  board.change({ role: 'follower' })
  expect(board.status).toBe(first)
})

it('ends with its signal, and when the tab is closed', async () => {
  const board = openStatusBoard(first)
  const leaving = new AbortController()
  const left = board.watch({ signal: leaving.signal })[Symbol.asyncIterator]()
  const closed = board.watch()[Symbol.asyncIterator]()
  await Promise.all([left.next(), closed.next()])
  const ends = [left.next(), closed.next()]
  leaving.abort()
  board.close()
  expect(await Promise.all(ends)).toEqual([
    { done: true, value: undefined },
    { done: true, value: undefined },
  ])
})
