import { type Engine, openEngine } from '@darq/runtime/engine'
import { type Fate, inProcess, type Network } from '@darq/runtime/transport'
import { expect, test } from 'vitest'
import { memory } from '../../runtime-ts/src/storage/memory.ts'
import { id, messages, Recorder, seeded, sequence, VirtualClock } from '../engine/world.ts'

/** Host `a` sends all that its DARQ `source` gets to `sink` on host `b`, which answers as an HTTP server would. */
async function pair(fate?: Fate) {
  const clock = new VirtualClock()
  const random = seeded(1)
  const network: Network = inProcess({ clock, ...(fate === undefined ? {} : { fate }) })
  const sink = new Recorder()
  const common = { clock, random, core: 'typescript' as const }
  const way = network.route('a', 'b')
  const a: Engine = await openEngine({
    ...common,
    name: 'a',
    storage: memory(),
    transport: way.transport((from, frame) => a.receive(from, frame)),
    route: (darq) => (darq === 'sink' ? way.address(darq) : undefined),
    processor: (darq) => (darq === 'source' ? new Recorder((seen) => [{ to: 'sink', bytes: seen }]) : undefined),
  })
  const b = await openEngine({
    ...common,
    name: 'b',
    storage: memory(),
    transport: network.transport('b'),
    processor: (darq) => (darq === 'sink' ? sink : undefined),
  })
  const leave = network.join('b', { receive: (from, frame) => b.receive(from, frame) })
  const source = a.darq('source')
  return { clock, network, a, b, sink, source, leave }
}

test('carries messages between engines, and the answers back to a host that only opened a route', async () => {
  const { clock, network, sink, source } = await pair()
  source.enqueue(id('p'), sequence(1), messages('1', '2', '3'))
  await clock.advance(100)
  expect(sink.seen).toEqual(['1', '2', '3'])
  expect(source.unacknowledged).toBe(0)
  expect(network.counts).toMatchObject({ lost: 0, refused: 0 })
})

test('what it loses, repeats, delays and refuses is made good by the channel', async () => {
  const random = seeded(7)
  const fates = { lost: 0, repeated: 0, refused: 0 }
  const { clock, network, sink, source } = await pair(() => {
    const chance = random()
    const delay_ms = Math.floor(random() * 50)
    if (chance < 0.2) return count('lost', [])
    if (chance < 0.4) return count('repeated', [delay_ms, delay_ms + 30])
    if (chance < 0.5) return count('refused', 'refused')
    return [delay_ms]
  })
  function count<T>(what: keyof typeof fates, fate: T): T {
    fates[what] += 1
    return fate
  }
  const sent = Array.from({ length: 60 }, (_, index) => `${index + 1}`)
  for (const [index, text] of sent.entries()) {
    source.enqueue(id('p'), sequence(index + 1), messages(text))
    await clock.advance(random() * 8000)
  }
  await clock.advance(200_000)
  expect(sink.seen).toEqual(sent)
  expect(source.unacknowledged).toBe(0)
  expect(
    Object.values(fates).every((times) => times > 0),
    JSON.stringify(fates),
  ).toBe(true)
  expect(network.counts.lost).toBe(fates.lost)
})

test('to a host that has left, everything is lost until it joins again', async () => {
  const { clock, network, b, sink, source, leave } = await pair()
  leave()
  source.enqueue(id('p'), sequence(1), messages('1'))
  await clock.advance(60_000)
  expect(sink.seen).toEqual([])
  expect(network.counts.lost).toBeGreaterThan(0)
  network.join('b', { receive: (from, frame) => b.receive(from, frame) })
  await clock.advance(60_000)
  expect(sink.seen).toEqual(['1'])
})

test('a frame is carried as it was when it was sent', async () => {
  const clock = new VirtualClock()
  const network = inProcess({ clock })
  const received: Uint8Array[] = []
  network.join('b', { receive: (_, frame) => received.push(frame) })
  const frame = new Uint8Array([1, 2, 3])
  network.transport('a').send('b', frame)
  frame.fill(0)
  await clock.advance(0)
  expect(received).toEqual([new Uint8Array([1, 2, 3])])
})

test('a throw of the receiver is told to whoever asked to know', async () => {
  const clock = new VirtualClock()
  const refused: unknown[] = []
  const network = inProcess({ clock, onRefused: (error, from, to) => refused.push([error, from, to]) })
  const error = new Error('bad frame')
  network.join('b', {
    receive: () => {
      throw error
    },
  })
  network.transport('a').send('b', new Uint8Array(1))
  await clock.advance(0)
  expect(refused).toEqual([[error, 'a', 'b']])
  expect(network.counts).toEqual({ delivered: 1, lost: 0, refused: 1 })
})
