/** Objects that run ahead of their storage, in a real workerd: what leaves when, and what becomes of it after a crash. */
import { connect, httpLink, messageFromJson } from '@darq/runtime/transport'
import { afterEach, expect, test, vi } from 'vitest'
import { type Edge, openEdge } from './fixture/edge.ts'
import { type Ledger, openLedger } from './fixture/ledger.ts'
import { Counter, Relay } from './fixture/participants.ts'

// A real process, killed and started, on a machine that has more to do.
vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 })

let open: AsyncDisposable[] = []
afterEach(async () => {
  for (const each of open.reverse()) await each[Symbol.asyncDispose]()
  open = []
})

/** The relay `deaf` comes to life only when somebody asks. */
async function opened() {
  const ledger: Ledger = await openLedger()
  const edge: Edge = await openEdge({ ledger: ledger.url, deaf: ['relay/deaf'] })
  const token = await edge.token()
  const client = connect(edge.url, { token })
  open.push(ledger, edge, client)
  /** Waits until the counter's total is `wanted`, at that grade. */
  const total = async (key: string, wanted: number, grade: 'any' | 'durable' | 'committed') => {
    for await (const view of client.watch(Counter.total(key)))
      if (view.grade !== 'withdrawn' && view.value === wanted && (grade === 'any' || view.grade === grade)) return
    throw new Error('the watch ended')
  }
  return { ledger, edge, token, client, total }
}

test('with k a message leaves before it is durable; without, it does not', async () => {
  const { ledger, edge, client, total } = await opened()
  // Each has said hello before: the channels are open.
  await client.send(Relay.pass('held', { to: 'plain', n: 1 })).committed
  await client.send(Relay.pass('held', { to: 'eager/1', n: 1 })).committed
  await total('plain', 1, 'committed')
  await total('eager/1', 1, 'committed')
  await edge.hold('relay/held')
  const plain = client.send(Relay.pass('held', { to: 'plain', n: 2 }))
  const eager = client.send(Relay.pass('held', { to: 'eager/1', n: 2 }))
  const settled: string[] = []
  void plain.durable.then(() => settled.push('durable'))
  void total('plain', 3, 'any').then(() => settled.push('plain'))
  await Promise.all([plain.accepted, eager.accepted])
  await total('eager/1', 3, 'durable')
  // The one before it has had the same chance, from the same host.
  expect(settled).toEqual([])
  expect(await client.query(Counter.total('eager/1'), { grade: 'durable' })).toBe(3)
  await edge.release('relay/held')
  await total('eager/1', 3, 'committed')
  await total('plain', 3, 'committed')
  expect(ledger.wentBack).toEqual([])
})

/** A producer that sends each message once: when the host dies, nobody asks it again. */
function sendingOnce(edge: Edge, token: string) {
  const json = (n: number, to: string) => new TextEncoder().encode(JSON.stringify({ to, n }))
  return async (to: string, sequence: number, n: number): Promise<{ lost: Promise<unknown> }> => {
    const accepted = Promise.withResolvers<void>()
    const lost = httpLink(edge.url, { token })
      .enqueue(
        { to: 'relay/deaf', producer: 'once', first: sequence, messages: messageFromJson('pass', json(n, to)) },
        () => accepted.resolve(),
      )
      .catch((error: unknown) => error)
    await accepted.promise
    return { lost }
  }
}

test('a question wakes a crashed object, whose lineage says that nothing was lost: nobody goes back', async () => {
  const { ledger, edge, token, client, total } = await opened()
  const pass = sendingOnce(edge, token)
  await client.send(Relay.pass('deaf', { to: 'eager/kept', n: 1 })).committed
  await total('eager/kept', 1, 'committed')
  await edge.hold('relay/deaf')
  const { lost } = await pass('eager/kept', 1, 2)
  await total('eager/kept', 3, 'durable')
  expect(await client.query(Counter.total('eager/kept'), { grade: 'accepted' })).toBe(3)
  const wakings = ledger.woken.length
  await edge.kill()
  expect(await lost).toMatchObject({ retryable: true })
  await total('eager/kept', 3, 'committed')
  const woken = () => ledger.woken.slice(wakings).filter(({ name }) => name === 'relay/deaf')
  await expect.poll(woken).toEqual([{ name: 'relay/deaf', by: 'frame' }])
  expect(ledger.wentBack).toEqual([])
})

test('a question wakes a crashed object, whose lineage says what was lost: who depends on that goes back, nobody else', async () => {
  const { ledger, edge, token, client, total } = await opened()
  const pass = sendingOnce(edge, token)
  await client.send(Relay.pass('deaf', { to: 'eager/lost', n: 1 })).committed
  await client.send(Relay.pass('deaf', { to: 'eager/other', n: 1 })).committed
  await total('eager/lost', 1, 'committed')
  await total('eager/other', 1, 'committed')
  await edge.hold('relay/deaf')
  // The first is written, and waits for its flush; so nothing else is written before that.
  const sent = [await pass('eager/other', 1, 2), await pass('eager/lost', 2, 4)]
  await total('eager/other', 3, 'durable')
  await total('eager/lost', 5, 'durable')
  const wakings = ledger.woken.length
  await edge.kill()
  for (const { lost } of sent) expect(await lost).toMatchObject({ retryable: true })
  await Promise.all([total('eager/lost', 1, 'committed'), total('eager/other', 3, 'committed')])
  const woken = () => ledger.woken.slice(wakings).filter(({ name }) => name === 'relay/deaf')
  await expect.poll(woken).toEqual([{ name: 'relay/deaf', by: 'frame' }])
  await expect.poll(() => ledger.wentBack.map(({ name }) => name)).toEqual(['counter/eager/lost'])
  // What was lost was never confirmed: its sender sends it again, and it happens once.
  await pass('eager/lost', 2, 4)
  await total('eager/lost', 5, 'committed')
})

test('an object that is gone, as by an eviction, is woken by who lives on and depends on it: nothing was lost, nobody goes back', async () => {
  const { ledger, edge, token, client, total } = await opened()
  const pass = sendingOnce(edge, token)
  await client.send(Relay.pass('deaf', { to: 'eager/alive', n: 1 })).committed
  await total('eager/alive', 1, 'committed')
  const { epoch } = await client.inspect('counter/eager/alive').counts()
  await edge.hold('relay/deaf')
  const { lost } = await pass('eager/alive', 1, 2)
  await total('eager/alive', 3, 'durable')
  const wakings = ledger.woken.length
  await edge.crash('relay/deaf')
  expect(await lost).toMatchObject({ retryable: true })
  await total('eager/alive', 3, 'committed')
  await expect.poll(() => ledger.woken.slice(wakings)).toEqual([{ name: 'relay/deaf', by: 'frame' }])
  expect(ledger.wentBack).toEqual([])
  expect((await client.inspect('counter/eager/alive').counts()).epoch).toBe(epoch)
})
