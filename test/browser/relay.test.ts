import { describe, expect, it } from 'vitest'
import { openRelay } from '../../runtime-ts/src/browser/relay.ts'
import type { Graded } from '../../runtime-ts/src/crest/wire/link.ts'
import { DarqError } from '../../runtime-ts/src/error.ts'
import { fakeLink } from './fake-link.ts'
import { settled, virtualClock } from './virtual-clock.ts'

const request = { to: 'flights', producer: 'p', first: 1, messages: Uint8Array.of(1) }
const accepted: Graded = { grade: 'accepted', lsns: [8], duplicates: 0, expected: 2 }
const watched = { to: 'a', name: 'b', body: new Uint8Array() }

function relayed() {
  const clock = virtualClock()
  return { clock, relay: openRelay({ clock, wait_ms: 1_000 }) }
}

describe('a relay', () => {
  it('keeps calls until there is a link, and their order', async () => {
    const { relay } = relayed()
    const host = fakeLink()
    for (const first of [1, 2, 3]) relay.link.enqueue({ ...request, first }, () => {}).catch(() => {})
    relay.use(host)
    relay.link.enqueue({ ...request, first: 4 }, () => {}).catch(() => {})
    expect(host.enqueued.map(({ request }) => request.first)).toEqual([1, 2, 3, 4])
  })

  it('rejects a call that found no link in time, so that it can be tried again', async () => {
    const { clock, relay } = relayed()
    const outcome = relay.link.pending('a').catch((error: unknown) => error)
    await clock.advance(999)
    await expect(Promise.race([outcome, settled().then(() => 'waits')])).resolves.toBe('waits')
    await clock.advance(1)
    expect(await outcome).toMatchObject({ code: 'unavailable', retryable: true })
  })

  it('rejects what is under way over a lost link, and hears nothing more of it', async () => {
    const { relay } = relayed()
    const host = fakeLink()
    relay.use(host)
    const seen: Graded[] = []
    const done = relay.link.enqueue(request, (graded) => seen.push(graded))
    relay.lose(new DarqError('unavailable'))
    await expect(done).rejects.toMatchObject({ code: 'unavailable' })
    host.enqueued[0]?.report(accepted)
    expect(seen).toEqual([])
  })

  it('rejects what is under way when the link is replaced: its outcome is unknown', async () => {
    const { relay } = relayed()
    relay.use(fakeLink())
    const done = relay.link.enqueue(request, () => {})
    const next = fakeLink()
    relay.use(next)
    await expect(done).rejects.toMatchObject({ code: 'unavailable', retryable: true })
    expect(next.enqueued).toHaveLength(0)
  })

  it('refuses calls, those that wait as well, until there is a link again', async () => {
    const { relay } = relayed()
    const waiting = relay.link.pending('abc')
    relay.refuse(new DarqError('newer_format'))
    await expect(waiting).rejects.toMatchObject({ code: 'newer_format' })
    await expect(relay.link.pending('abc')).rejects.toMatchObject({ code: 'newer_format' })
    relay.use(fakeLink())
    await expect(relay.link.pending('abc')).resolves.toBe(3)
  })

  it('ends a watch that is left, whether it has a link or waits for one', async () => {
    const { relay } = relayed()
    const leaving = new AbortController()
    const done = relay.link.watch(watched, () => {}, leaving.signal)
    leaving.abort()
    await done
    const host = fakeLink()
    relay.use(host)
    expect(host.watching.size).toBe(0)
    const again = new AbortController()
    const watching = relay.link.watch(watched, () => {}, again.signal)
    expect(host.watching.size).toBe(1)
    again.abort()
    await watching
    await relay.link.watch(watched, () => {}, again.signal)
    expect(host.watching.size).toBe(0)
  })
})
