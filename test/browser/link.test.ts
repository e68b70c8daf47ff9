import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { openAnswerer } from '../../runtime-ts/src/browser/link-answerer.ts'
import { followLeader, offerLines } from '../../runtime-ts/src/browser/link-broadcast.ts'
import { openCaller } from '../../runtime-ts/src/browser/link-caller.ts'
import type { CallFrame, ReplyFrame } from '../../runtime-ts/src/browser/link-frame.ts'
import { answerPort, callPort } from '../../runtime-ts/src/browser/link-port.ts'
import { openRelay } from '../../runtime-ts/src/browser/relay.ts'
import { platformClock } from '../../runtime-ts/src/clock.ts'
import type { Graded, Link, ViewFacts } from '../../runtime-ts/src/crest/wire/link.ts'
import { DarqError } from '../../runtime-ts/src/error.ts'
import { type FakeLink, fakeLink, noCounts } from './fake-link.ts'

interface Carried {
  readonly host: FakeLink
  readonly link: Link
  /** The calling end learns that the line is lost. */
  lose(error: DarqError): void
  /** The answering end goes away. */
  close(error: DarqError): void
}

const lost = new DarqError('unavailable', { message: 'lost' })

function overPort(): Carried {
  const host = fakeLink()
  const { port1, port2 } = new MessageChannel()
  const answerer = answerPort(port1, host)
  const caller = callPort(port2)
  onTestFinished(() => caller.lose(lost))
  return { host, link: caller.link, lose: caller.lose, close: answerer.close }
}

function overBroadcast(): Carried {
  const host = fakeLink()
  const clock = platformClock()
  const group = crypto.randomUUID()
  const channel = (line: string) => new BroadcastChannel(`${group}/${line}`)
  const offered = offerLines(host, { clock, channel })
  const relay = openRelay({ clock, wait_ms: 1_000 })
  const leave = followLeader({ clock, channel, lineName: () => crypto.randomUUID(), join: offered.join, relay })
  onTestFinished(() => {
    leave()
    offered.close(lost)
  })
  return { host, link: relay.link, lose: leave, close: offered.close }
}

const aRequest = () => ({ to: 'flights', producer: 'p', first: 1, messages: Uint8Array.of(1, 2, 3) })
const accepted: Graded = { grade: 'accepted', lsns: [8, 16], duplicates: 0, expected: 3 }
const durable: Graded = { grade: 'durable', durability: 'strict' }
const committed: Graded = { grade: 'committed', durability: 'strict' }

describe.each([
  ['a MessagePort', overPort],
  ['a BroadcastChannel', overBroadcast],
])('a link over %s', (_name, carry) => {
  it('reports each grade of an enqueue in order, and resolves when it is committed', async () => {
    const { host, link } = carry()
    const seen: Graded[] = []
    const done = link.enqueue(aRequest(), (graded) => seen.push(graded))
    await vi.waitFor(() => expect(host.enqueued).toHaveLength(1))
    const [enqueued] = host.enqueued
    expect(enqueued?.request).toEqual(aRequest())
    for (const graded of [accepted, durable, committed]) enqueued?.report(graded)
    enqueued?.commit()
    await done
    expect(seen).toEqual([accepted, durable, committed])
  })

  it('carries a view of a larger buffer without the rest of it', async () => {
    const { host, link } = carry()
    const large = new Uint8Array(1_000_000).fill(5)
    void link.enqueue({ ...aRequest(), messages: large.subarray(10, 20) }, () => {}).catch(() => {})
    await vi.waitFor(() => expect(host.enqueued).toHaveLength(1))
    const arrived = host.enqueued[0]?.request.messages
    expect(arrived).toEqual(new Uint8Array(10).fill(5))
    expect(arrived?.buffer.byteLength).toBe(10)
    expect(large.byteLength).toBe(1_000_000)
  })

  it('brings an error over with its code, facts and whether it may be retried', async () => {
    const { host, link } = carry()
    const done = link.enqueue(aRequest(), () => {})
    await vi.waitFor(() => expect(host.enqueued).toHaveLength(1))
    host.enqueued[0]?.refuse(new DarqError('gap', { facts: { expected: 4, got: 9 } }))
    const error = await done.catch((error: unknown) => error)
    expect(error).toBeInstanceOf(DarqError)
    expect(error).toMatchObject({ code: 'gap', retryable: false, facts: { expected: 4, got: 9 } })
  })

  it('answers queries and questions', async () => {
    const { link } = carry()
    const body = Uint8Array.of(4)
    await expect(link.query({ to: 'a', name: 'total', body }, 'committed')).resolves.toEqual({
      grade: 'committed',
      value: body,
    })
    await expect(link.expected('abc', 'de')).resolves.toBe(5)
    await expect(link.pending('abc')).resolves.toBe(3)
    await expect(link.counts('abc')).resolves.toEqual(noCounts)
  })

  it('shows a watched value again and again, and stops the host when it is left', async () => {
    const { host, link } = carry()
    const leaving = new AbortController()
    const seen: ViewFacts[] = []
    const done = link.watch(
      { to: 'a', name: 'total', body: new Uint8Array() },
      (view) => seen.push(view),
      leaving.signal,
    )
    await vi.waitFor(() => expect(host.watching.size).toBe(1))
    for (const see of host.watching) {
      see({ grade: 'accepted', value: Uint8Array.of(1) })
      see({ grade: 'withdrawn', error: { code: 'withdrawn', message: 'gone', retryable: true } })
    }
    await vi.waitFor(() => expect(seen.map(({ grade }) => grade)).toEqual(['accepted', 'withdrawn']))
    leaving.abort()
    await done
    await vi.waitFor(() => expect(host.watching.size).toBe(0))
  })

  it('rejects what is under way with the reason when the line is lost', async () => {
    const { host, link, lose } = carry()
    const done = link.enqueue(aRequest(), () => {})
    await vi.waitFor(() => expect(host.enqueued).toHaveLength(1))
    lose(lost)
    await expect(done).rejects.toMatchObject({ code: 'unavailable', retryable: true })
  })

  it('posts nothing more when it is lost in the moment of a call', async () => {
    const { host, link, lose } = carry()
    await link.pending('a')
    const done = link.enqueue(aRequest(), () => {})
    lose(lost)
    await expect(done).rejects.toMatchObject({ code: 'unavailable', retryable: true })
    await new Promise((resolve) => setImmediate(resolve))
    expect(host.enqueued).toHaveLength(0)
  })

  it('rejects what is under way, and ends its watches, when the answering end goes away', async () => {
    const { host, link, close } = carry()
    const done = link.enqueue(aRequest(), () => {})
    const watched = link.watch({ to: 'a', name: 'b', body: new Uint8Array() }, () => {}, new AbortController().signal)
    await vi.waitFor(() => expect([host.enqueued.length, host.watching.size]).toEqual([1, 1]))
    close(new DarqError('fenced'))
    await expect(done).rejects.toMatchObject({ code: 'fenced', retryable: true })
    await expect(watched).rejects.toMatchObject({ code: 'fenced' })
    expect(host.watching.size).toBe(0)
  })
})

it('transfers the bytes of an enqueue between page and worker', async () => {
  const { host, link } = overPort()
  const messages = Uint8Array.of(9, 9)
  const done = link.enqueue({ ...aRequest(), messages }, () => {})
  await vi.waitFor(() => expect(host.enqueued).toHaveLength(1))
  expect(host.enqueued[0]?.request.messages).toEqual(Uint8Array.of(9, 9))
  expect(messages.byteLength).toBe(0)
  host.enqueued[0]?.commit()
  await done
})

describe('the framing', () => {
  function directly(host: FakeLink) {
    const posted: { calls: (readonly CallFrame[])[]; replies: (readonly ReplyFrame[])[] } = { calls: [], replies: [] }
    const caller = openCaller({
      post(calls) {
        posted.calls.push(calls)
        answerer.take(calls)
      },
      close() {},
    })
    const answerer = openAnswerer(host, {
      post(replies) {
        posted.replies.push(replies)
        caller.take(replies)
      },
      close() {},
    })
    return { caller, answerer, posted }
  }

  it('sends what happens in one go as one message, both ways', async () => {
    const host = fakeLink()
    const { caller, posted } = directly(host)
    const all = [1, 2, 3].map((first) => caller.link.enqueue({ ...aRequest(), first }, () => {}))
    await vi.waitFor(() => expect(host.enqueued).toHaveLength(3))
    expect(posted.calls).toHaveLength(1)
    for (const enqueued of host.enqueued) {
      enqueued.report(durable)
      enqueued.report(committed)
      enqueued.commit()
    }
    await Promise.all(all)
    expect(posted.replies.flat().map(({ kind }) => kind)).toEqual([
      ...Array(6).fill('graded'),
      ...Array(3).fill('done'),
    ])
    expect(posted.replies.length).toBeLessThanOrEqual(2)
  })

  it('ignores what comes after the end of a call', async () => {
    const host = fakeLink()
    const { caller } = directly(host)
    const seen: Graded[] = []
    const done = caller.link.enqueue(aRequest(), (graded) => seen.push(graded))
    await vi.waitFor(() => expect(host.enqueued).toHaveLength(1))
    caller.lose(lost)
    await expect(done).rejects.toBe(lost)
    host.enqueued[0]?.report(accepted)
    host.enqueued[0]?.commit()
    await new Promise((resolve) => setImmediate(resolve))
    expect(seen).toEqual([])
    expect(caller.waiting).toBe(0)
    await expect(caller.link.pending('a')).rejects.toBe(lost)
  })

  it('does not count a ping as something that is wanted', async () => {
    const { caller } = directly(fakeLink())
    const answered = caller.ping()
    expect(caller.waiting).toBe(0)
    await answered
    expect(caller.waiting).toBe(0)
  })
})
