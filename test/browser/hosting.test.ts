/** Several tabs' workers in one process, over the platform's own locks and broadcasts; their hosts are pretended. */
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import type { HostInTab } from '../../runtime-ts/src/browser/host-in-tab.ts'
import { type Hosting, openHosting } from '../../runtime-ts/src/browser/hosting.ts'
import { leaderLock } from '../../runtime-ts/src/browser/leader-lock.ts'
import { platformClock } from '../../runtime-ts/src/clock.ts'
import { DarqError } from '../../runtime-ts/src/error.ts'
import { type FakeLink, fakeLink } from './fake-link.ts'

/** What all tabs of one test share: the store that fences, and who has a host on it now. */
function group() {
  const name = crypto.randomUUID()
  const hosts: PretendedHost[] = []

  function tab(open: () => Promise<HostInTab> = () => Promise.resolve(pretend(hosts))): Hosting {
    const hosting = openHosting({
      name,
      open,
      lock: leaderLock(navigator.locks, name),
      channel: (channel) => new BroadcastChannel(channel),
      clock: platformClock(),
      random: Math.random,
      uniqueName: () => crypto.randomUUID(),
      show: () => {},
    })
    onTestFinished(() => hosting.end())
    return hosting
  }
  return { name, hosts, tab }
}

interface PretendedHost extends HostInTab {
  readonly link: FakeLink
  /** How it ended. */
  readonly ends: string[]
  stop(error: DarqError): void
}

function pretend(hosts: PretendedHost[]): PretendedHost {
  const { promise: stopped, resolve } = Promise.withResolvers<DarqError | undefined>()
  const ends: string[] = []
  const host: PretendedHost = {
    link: fakeLink(),
    core: { core: 'wasm', reason: undefined },
    ends,
    engine: {
      durability: 'strict',
      retry: () => void ends.push('retry'),
      abandon(reason) {
        ends.push(`abandon: ${reason.code}`)
        resolve(reason)
      },
    },
    stopped,
    stop: resolve,
    async close() {
      ends.push('close')
      resolve(undefined)
    },
  }
  hosts.push(host)
  return host
}

const request = { to: 'flights', producer: 'p', first: 1, messages: Uint8Array.of(1) }
const leads = (tab: Hosting) => vi.waitFor(() => expect(tab.status.role).toBe('leader'))

describe('the tabs of one host', () => {
  it('have one leader, and the calls of all of them reach its host', async () => {
    const { hosts, tab } = group()
    const first = tab()
    await leads(first)
    const second = tab()
    await expect(second.link.expected('abc', 'de')).resolves.toBe(5)
    const done = [first, second].map((tab) => tab.link.enqueue(request, () => {}))
    await vi.waitFor(() => expect(hosts[0]?.link.enqueued).toHaveLength(2))
    for (const enqueued of hosts[0]?.link.enqueued ?? []) enqueued.commit()
    await Promise.all(done)
    expect(hosts).toHaveLength(1)
    expect(second.status).toEqual({ role: 'follower', host: { durability: 'strict', core: 'wasm' } })
  })

  it('reject what is under way when the leader is closed, and the next one takes over', async () => {
    const { hosts, tab } = group()
    const first = tab()
    await leads(first)
    const second = tab()
    const under = second.link.enqueue(request, () => {})
    await vi.waitFor(() => expect(hosts[0]?.link.enqueued).toHaveLength(1))
    await first.end()
    await expect(under).rejects.toMatchObject({ retryable: true })
    await leads(second)
    expect(hosts[0]?.ends).toEqual(['close'])
    await expect(second.link.pending('abc')).resolves.toBe(3)
    await expect(first.link.pending('abc')).rejects.toMatchObject({ code: 'closed' })
  })

  it('give leadership away when their page is put to sleep, and follow when it wakes', async () => {
    const { hosts, tab } = group()
    const first = tab()
    await leads(first)
    const second = tab()
    first.sleep()
    expect(hosts[0]?.ends).toEqual(['abandon: fenced'])
    await leads(second)
    first.wake()
    const done = first.link.enqueue(request, () => {})
    await vi.waitFor(() => expect(hosts[1]?.link.enqueued).toHaveLength(1))
    hosts[1]?.link.enqueued[0]?.commit()
    await done
    expect(first.status.role).toBe('follower')
  })

  it('wake alone to lead again', async () => {
    const { hosts, tab } = group()
    const only = tab()
    await leads(only)
    only.sleep()
    only.wake()
    await vi.waitFor(() => expect(hosts).toHaveLength(2))
    await leads(only)
    await expect(only.link.pending('abc')).resolves.toBe(3)
  })

  it('abandon a host whose lock was taken by force, and take nothing back', async () => {
    const { name, hosts, tab } = group()
    const first = tab()
    await leads(first)
    const under = first.link.enqueue(request, () => {})
    const { promise: held, resolve: giveBack } = Promise.withResolvers<void>()
    onTestFinished(() => giveBack())
    void navigator.locks.request(`darq/${name}`, { steal: true }, () => held)
    await expect(under).rejects.toMatchObject({ code: 'fenced', retryable: true })
    expect(hosts[0]?.ends).toEqual(['abandon: fenced', 'close'])
    expect(first.status.role).toBe('follower')
    giveBack()
    await leads(first)
    expect(hosts).toHaveLength(2)
  })

  it('follow, after a pause, when the store has fenced their host', async () => {
    const { hosts, tab } = group()
    const first = tab()
    await leads(first)
    hosts[0]?.stop(new DarqError('fenced'))
    await vi.waitFor(() => expect(first.status.role).toBe('follower'))
    await vi.waitFor(() => expect(hosts).toHaveLength(2))
    await leads(first)
  })

  it('replace a leader that holds the lock but does not answer', async () => {
    const { name, tab } = group()
    const { promise: held, resolve: giveBack } = Promise.withResolvers<void>()
    onTestFinished(() => giveBack())
    const lost = navigator.locks.request(`darq/${name}`, () => held)
    const started_ms = performance.now()
    const next = tab()
    await expect(lost).rejects.toMatchObject({ name: 'AbortError' })
    expect(performance.now() - started_ms).toBeLessThan(4_000)
    await leads(next)
  })

  it('say why when their own host cannot be opened and nobody else leads', async () => {
    const { tab } = group()
    const error = new DarqError('newer_format', { facts: { expected: 1, got: 2 } })
    const only = tab(() => Promise.reject(error))
    await expect(only.link.pending('abc')).rejects.toMatchObject({
      code: 'newer_format',
      facts: { expected: 1, got: 2 },
    })
  })

  it('follow one that can open the host when their own code cannot', async () => {
    const { tab } = group()
    const old = tab(() => Promise.reject(new DarqError('newer_format')))
    await expect(old.link.pending('abc')).rejects.toMatchObject({ code: 'newer_format' })
    const modern = tab()
    await leads(modern)
    await vi.waitFor(() => expect(old.link.pending('abc')).resolves.toBe(3))
  })
})
