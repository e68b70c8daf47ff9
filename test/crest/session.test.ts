/** The text of a session: what a client carries from host to host, hostile until decoded. */
import { address, DarqError } from '@darq/runtime'
import fc from 'fast-check'
import * as v from 'valibot'
import { describe, expect, test } from 'vitest'
import { openClient } from '../../runtime-ts/src/crest/client/client.ts'
import type { Link } from '../../runtime-ts/src/crest/wire/link.ts'
import { decodeSession, encodeSession, Session } from '../../runtime-ts/src/crest/wire/session.ts'
import type { Dependency } from '../../runtime-ts/src/engine/dependency.ts'
import type { Epoch, Version } from '../../runtime-ts/src/engine/types.ts'

const state = (host: string, epoch: number, version: number): Dependency => ({
  host,
  epoch: epoch as Epoch,
  version: version as Version,
})

function codeOf(text: string): string {
  try {
    decodeSession(text)
  } catch (error) {
    if (error instanceof DarqError) return error.code
    throw error
  }
  return 'taken'
}

describe('the text of a session', () => {
  test('carries states whole, in letters that a header takes', () => {
    const states = fc.array(
      fc
        .record({ name: fc.stringMatching(/^[a-z]{1,9}$/), epoch: fc.maxSafeNat(), version: fc.maxSafeNat() })
        .map(({ name, epoch, version }) => state(`${name}#g`, epoch, version)),
      { maxLength: 50 },
    )
    fc.assert(
      fc.property(states, (seen) => {
        const text = encodeSession(seen)
        expect(text).toMatch(/^[A-Za-z0-9_-]*$/)
        expect(decodeSession(text)).toEqual(seen)
      }),
    )
  })

  test('that is no session is refused', () => {
    const good = encodeSession([state('a#1', 5, 7)])
    expect(codeOf(good)).toBe('taken')
    expect(codeOf('not base64!')).toBe('bad_frame')
    expect(codeOf(good.slice(0, 10))).toBe('bad_frame')
    expect(codeOf(`${good}AAAA`)).toBe('bad_frame')
    expect(codeOf('A'.repeat(7_000))).toBe('too_large')
    expect(codeOf(`_w${good.slice(2)}`)).toBe('newer_format')
  })

  test('of any kind is decoded or refused', () => {
    fc.assert(fc.property(fc.base64String({ maxLength: 200 }), (text) => codeOf(text) !== ''))
  })
})

/** A host that replies as it is told to, and notes what it hears. */
function host(replies: (string | DarqError)[]) {
  const heard: (string | undefined)[] = []
  let expected = 1
  const link = {
    async enqueue({ session }, report) {
      heard.push(session)
      const reply = replies.shift()
      if (reply instanceof DarqError) throw reply
      expected += 1
      report({ grade: 'accepted', lsns: [8], duplicates: 0, expected, ...(reply !== undefined && { session: reply }) })
      report({ grade: 'durable', durability: 'strict' })
      report({ grade: 'committed', durability: 'strict' })
    },
  } satisfies Partial<Link>
  return { heard, link: link as Partial<Link> as Link }
}

const Counter = address('counter/*', { add: v.number() })

describe('a client with a session', () => {
  test('says what it has seen, and forgets what a host knows to be durable', async () => {
    const { heard, link } = host([encodeSession([state('a#1', 5, 7)]), encodeSession([state('b#1', 6, 2)]), ''])
    await using client = openClient({ link, producer: 'p', fresh: true, session: new Session() })
    for (const key of ['a', 'b', 'c']) await client.send(Counter.add(key, 1)).committed
    expect(heard.map((text) => decodeSession(text ?? '?').map(({ host }) => host))).toEqual([[], ['a#1'], ['b#1']])
    expect(client.session).toBe('')
  })

  test('sends a message again with what it had seen at first, not with what came of the first try', async () => {
    const seen = encodeSession([state('a#1', 5, 7)])
    const { heard, link } = host([new DarqError('unavailable'), seen])
    await using client = openClient({ link: () => link, producer: 'p', fresh: true, session: new Session() })
    await client.send(Counter.add('a', 1)).committed
    expect(heard).toEqual(['', ''])
    expect(client.session).toBe(seen)
  })

  test('is told when that is lost, and begins anew', async () => {
    const seen = encodeSession([state('a#1', 5, 7)])
    const { heard, link } = host([new DarqError('session_lost'), ''])
    await using client = openClient({ link, producer: 'p', fresh: true, session: new Session(seen) })
    await expect(client.send(Counter.add('a', 1)).committed).rejects.toMatchObject({ code: 'session_lost' })
    await client.send(Counter.add('b', 1)).committed
    expect(heard).toEqual([seen, ''])
  })

  test('without one says nothing', async () => {
    const { heard, link } = host([''])
    await using client = openClient({ link, producer: 'p', fresh: true })
    await client.send(Counter.add('a', 1)).committed
    expect(heard).toEqual([undefined])
    expect(client.session).toBe('')
  })
})

test('what was accepted keeps its number when the host can’t be asked for the next', async () => {
  const sent: number[] = []
  const lost = Promise.withResolvers<void>()
  const asked = Promise.withResolvers<number>()
  let questions = 0
  const link = {
    async enqueue({ first }, report) {
      sent.push(first)
      if (sent.length === 2) throw new DarqError('unknown_message')
      const duplicates = sent.length > 2 && first === 1 ? 1 : 0
      report({ grade: 'accepted', lsns: duplicates === 0 ? [8] : [], duplicates, expected: 2 })
      if (sent.length === 1) await lost.promise
      report({ grade: 'durable', durability: 'strict' })
      report({ grade: 'committed', durability: 'strict' })
    },
    expected: () => {
      questions += 1
      return questions === 1 ? asked.promise : Promise.resolve(2)
    },
  } satisfies Partial<Link>
  await using client = openClient({ link: () => link as Partial<Link> as Link, producer: 'p', fresh: true })
  const first = client.send(Counter.add('a', 1))
  await first.accepted
  const refused = client.send(Counter.add('a', 2)).committed.catch((error: DarqError) => error.code)
  await Promise.resolve()
  lost.reject(new DarqError('unavailable'))
  await new Promise((resolve) => setTimeout(resolve, 0))
  asked.reject(new DarqError('unavailable'))
  expect(await refused).toBe('unknown_message')
  await first.committed
  expect(sent).toEqual([1, 2, 1])
})
