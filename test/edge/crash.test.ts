import { httpLink } from '@darq/runtime/transport'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { messageFromJson } from '../../runtime-ts/src/transport/json.ts'
import { type Edge, openEdge } from './fixture/edge.ts'

// A real process, killed and started, on a machine that has more to do.
vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 })

let edge: Edge
let token: string

beforeAll(async () => {
  edge = await openEdge()
  token = await edge.token()
})
afterAll(() => edge[Symbol.asyncDispose]())

const json = (value: unknown) => new TextEncoder().encode(JSON.stringify(value))
const link = () => httpLink(edge.url, { token })

/** Tries until the server is there again. */
async function insist<T>(attempt: () => Promise<T>): Promise<T> {
  for (;;) {
    try {
      return await attempt()
    } catch (error) {
      if (!(error instanceof Error && 'retryable' in error && error.retryable)) throw error
      await new Promise((resolve) => setImmediate(resolve))
    }
  }
}

/** Sends 1, 2, 3, … one by one, each until it is committed, and calls `between` after each. */
async function countUpTo(
  last: number,
  to: string,
  between: (sent: number) => Promise<unknown> | undefined,
): Promise<void> {
  for (let n = 1; n <= last; n += 1) {
    const sending = insist(() =>
      link().enqueue({ to, producer: 'p', first: n, messages: messageFromJson('add', json(n)) }, () => undefined),
    )
    await between(n)
    await sending
  }
}

const total = async (to: string) => {
  const view = await insist(() => link().query({ to, name: 'total', body: new Uint8Array(0) }, 'committed'))
  return view.grade === 'withdrawn' ? view : Number(new TextDecoder().decode(view.value).slice(1))
}

test('SIGKILL under load loses and repeats nothing that was sent until committed', async () => {
  let kills = 0
  await countUpTo(120, 'counter/killed', (sent) => {
    if (sent % 30 !== 15) return undefined
    kills += 1
    return edge.kill()
  })
  expect(kills).toBe(4)
  expect(await total('counter/killed')).toBe((120 * 121) / 2)
})

test('an aborted object loses and repeats nothing that was sent until committed', async () => {
  let crashes = 0
  await countUpTo(60, 'counter/aborted', (sent) => {
    if (sent % 20 !== 10) return undefined
    crashes += 1
    return edge.crash('counter/aborted')
  })
  expect(crashes).toBe(3)
  expect(await total('counter/aborted')).toBe((60 * 61) / 2)
})

test('a new life has a newer epoch, and goes on where the producer was', async () => {
  const to = 'counter/lives'
  await countUpTo(3, to, () => undefined)
  const { epoch } = await link().counts(to)
  await edge.crash(to)
  expect((await insist(() => link().counts(to))).epoch).toBeGreaterThan(epoch)
  expect(await link().expected(to, 'p')).toBe(4)
})

test('one object sends to another', async () => {
  const messages = messageFromJson('pass', json({ to: 'passed', n: 5 }))
  await link().enqueue({ to: 'relay/1', producer: 'p', first: 1, messages }, () => undefined)
  expect(await seen('counter/passed', 5)).toBe(5)
})

test('after a SIGKILL an object whose work is due wakes by itself: nobody asks it', async () => {
  const messages = messageFromJson('passLater', json({ to: 'woken', n: 7 }))
  await link().enqueue({ to: 'relay/sleeping', producer: 'p', first: 1, messages }, () => undefined)
  await edge.kill()
  // Only the counter is asked; the relay has nothing but its alarm.
  expect(await seen('counter/woken', 7)).toBe(7)
})

/** Watches until the counter's total is there, committed. */
async function seen(to: string, wanted: number): Promise<number> {
  const leaving = new AbortController()
  let last = Number.NaN
  await insist(() =>
    link().watch(
      { to, name: 'total', body: new Uint8Array(0) },
      (view) => {
        if (view.grade !== 'committed') return
        last = Number(new TextDecoder().decode(view.value).slice(1))
        if (last === wanted) leaving.abort()
      },
      leaving.signal,
    ),
  )
  return last
}
