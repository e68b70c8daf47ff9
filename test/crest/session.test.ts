/** The text of a session: what a client carries from host to host, hostile until decoded. */
import { DarqError } from '@darq/runtime'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Link } from '../../runtime-ts/src/crest/link.ts'
import { decodeSession, encodeSession, Session } from '../../runtime-ts/src/crest/session.ts'
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

describe('a session over a link', () => {
  /** A host that says what it is told to, and notes what it hears. */
  function host(replies: (string | DarqError)[]) {
    const heard: (string | undefined)[] = []
    const link = {
      async enqueue({ session }, report) {
        heard.push(session)
        const reply = replies.shift()
        if (reply instanceof DarqError) throw reply
        report({
          grade: 'accepted',
          lsns: [8],
          duplicates: 0,
          expected: 2,
          ...(reply !== undefined && { session: reply }),
        })
      },
    } as Partial<Link> as Link
    return { heard, link }
  }
  const request = { to: 'd', producer: 'p', first: 1, messages: new Uint8Array(0) }

  test('says what was seen, and forgets what the next host knows to be durable', async () => {
    const session = new Session()
    const { heard, link } = host([
      encodeSession([state('a#1', 5, 7)]),
      encodeSession([state('b#1', 6, 2)]),
      encodeSession([]),
    ])
    const over = session.over(link)
    for (let i = 0; i < 3; i += 1) await over.enqueue(request, () => {})
    expect(heard.map((text) => decodeSession(text ?? '?').map(({ host }) => host))).toEqual([[], ['a#1'], ['b#1']])
    expect(session.text).toBe('')
  })

  test('is empty after the client was told that it is lost', async () => {
    const session = new Session(encodeSession([state('a#1', 5, 7)]))
    const { heard, link } = host([new DarqError('session_lost'), ''])
    const over = session.over(link)
    await expect(over.enqueue(request, () => {})).rejects.toMatchObject({ code: 'session_lost' })
    await over.enqueue(request, () => {})
    expect(heard[1]).toBe('')
  })
})
