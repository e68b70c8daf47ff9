/** What a tab sees of the edge before it is saved there: at once, with its grade, then confirmed or withdrawn. */
import { type Client, connect, openHost, remote, type View } from '@darq/runtime'
import { memory } from '@darq/runtime/storage'
import { httpLink } from '@darq/runtime/transport'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { messageFromJson } from '../../runtime-ts/src/transport/json.ts'
import { type Edge, openEdge } from './fixture/edge.ts'
import { Counter } from './fixture/participants.ts'

// A real process, killed and started, on a machine that has more to do.
vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 })

let edge: Edge
let token: string

beforeAll(async () => {
  edge = await openEdge()
  token = await edge.token()
})
afterAll(() => edge[Symbol.asyncDispose]())

/** One attempt: whoever keeps trying would bring back what is to be lost. */
function sendOnce(to: string, name: string, body: unknown): Promise<void> {
  const messages = messageFromJson(name, new TextEncoder().encode(JSON.stringify(body)))
  return httpLink(edge.url, { token }).enqueue({ to, producer: 'p', first: 1, messages }, () => {})
}

const addOnce = (name: string, n: number) => sendOnce(`counter/${name}`, 'add', n)

/** Views as they are shown: a grade and a value, or why it was taken back. */
const shown = (view: View<number>) => (view.grade === 'withdrawn' ? 'withdrawn' : `${view.grade} ${view.value}`)

const clients: Readonly<Record<string, () => Promise<Client>>> = {
  'a page that asks the edge itself': async () => connect(edge.url, { token }),
  'a tab’s host with a route to the edge': () =>
    openHost({
      name: 'tab',
      participants: [],
      routes: { 'counter/*': remote(edge.url, { token }) },
      storage: memory(),
    }),
}

describe.each(Object.entries(clients))('%s', (title, open) => {
  const name = (what: string) => `${what}-${title.length}`

  test('sees a value before it is saved, and then that it is', async () => {
    const counter = name('seen')
    const client = await open()
    const views = client.watch(Counter.total(counter))[Symbol.asyncIterator]()
    const next = async () => shown((await views.next()).value)
    expect(await next()).toBe('committed 0')
    await edge.hold(`counter/${counter}`)
    let saved = false
    const adding = addOnce(counter, 5).then(() => {
      saved = true
    })
    expect(await next()).toBe('accepted 5')
    expect(saved).toBe(false)
    await edge.release(`counter/${counter}`)
    const grades = [await next()]
    if (grades[0] === 'durable 5') grades.push(await next())
    expect(grades.at(-1)).toBe('committed 5')
    await adding
    await views.return?.()
    await client.close()
  })

  test.each([
    ['the object is thrown out of memory', (counter: string) => edge.crash(`counter/${counter}`)],
    ['the process is killed', () => edge.kill()],
  ])('sees a value withdrawn that was never saved: %s', async (how, crash) => {
    const counter = name(`lost-${how.length}`)
    const client = await open()
    const views = client.watch(Counter.total(counter))[Symbol.asyncIterator]()
    const next = async () => shown((await views.next()).value)
    expect(await next()).toBe('committed 0')
    await edge.lose(`counter/${counter}`)
    const adding = addOnce(counter, 5).catch(() => 'lost')
    expect(await next()).toBe('accepted 5')
    await crash(counter)
    expect(await adding).toBe('lost')
    expect(await next()).toBe('withdrawn')
    expect(await next()).toBe('committed 0')
    await views.return?.()
    await client.close()
  })

  test('sees a value withdrawn that came from an object that has lost it', async () => {
    const relay = `relay/${name('from')}`
    const counter = `eager/${name('to')}`
    const client = await open()
    const views = client.watch(Counter.total(counter))[Symbol.asyncIterator]()
    const next = async () => shown((await views.next()).value)
    expect(await next()).toBe('committed 0')
    // Its life must have begun: that is written too.
    await httpLink(edge.url, { token }).counts(relay)
    await edge.lose(relay)
    const passing = sendOnce(relay, 'pass', { to: counter, n: 7 }).catch(() => 'lost')
    // It is on the disk here, and may be seen to be, but hangs on the relay.
    expect(await next()).toMatch(/^(accepted|durable) 7$/)
    await edge.crash(relay)
    expect(await passing).toBe('lost')
    let last = await next()
    if (last === 'durable 7') last = await next()
    expect(last).toBe('withdrawn')
    expect(await next()).toBe('committed 0')
    await views.return?.()
    await client.close()
  })
})
