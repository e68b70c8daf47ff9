/** What docs/guarantees.md says of lost storage (G10), tried: what is told, and what is not. */
import { describe, expect, test } from 'vitest'
import { type FaultyMemory, faultyMemory } from '../../runtime-ts/src/storage/memory-faults.ts'
import { id, messages, Recorder, sequence, World } from '../engine/world.ts'

/** Host a's `source` sends everything it gets to host b's `sink`. */
class Pair {
  readonly world = new World()
  readonly storage: Readonly<Record<'a' | 'b', FaultyMemory>> = { a: faultyMemory(), b: faultyMemory() }

  static async open(): Promise<Pair> {
    const pair = new Pair()
    await pair.world.host({
      name: 'a',
      storage: pair.storage.a,
      processor: (name) => (name === 'source' ? new Recorder((seen) => [{ to: 'sink', bytes: seen }]) : undefined),
      route: (name) => (name === 'sink' ? 'b' : undefined),
    })
    await pair.world.host({
      name: 'b',
      storage: pair.storage.b,
      processor: (name) => (name === 'sink' ? pair.#newSink() : undefined),
    })
    return pair
  }

  /** Sends one message, and gives it time to arrive. */
  async send(text: string): Promise<void> {
    const source = this.world.engine('a').darq('source')
    source.enqueue(id('p'), sequence(source.expected(id('p'))), messages(text))
    await this.world.clock.advance(60_000)
  }

  #sink = new Recorder()
  #newSink(): Recorder {
    this.#sink = new Recorder()
    return this.#sink
  }

  /** What the sink of b's present life has seen. */
  get seen(): readonly string[] {
    // Attaches it, if nothing has come yet.
    this.world.engine('b').darq('sink')
    return this.#sink.seen
  }

  get told(): readonly string[] {
    return this.world.reports.map(({ error }) => error.code)
  }
}

describe('a receiver', () => {
  test('whose storage goes back in time is told to the sender, which stops the channel', async () => {
    const pair = await Pair.open()
    await pair.send('1')
    const image = pair.storage.b.snapshot()
    await pair.send('2')
    pair.storage.b.restore(image)
    await pair.world.crash('b')
    await pair.send('3')
    expect(pair.told).toEqual(['peer_rewound'])
    expect(pair.seen).toEqual(['1'])
    expect(pair.world.engine('a').darq('source').unacknowledged).toBe(1)
  })

  test('whose storage is wiped is told as lost, and gets nothing that was meant for the one before', async () => {
    const pair = await Pair.open()
    await pair.send('1')
    pair.storage.b.wipe()
    await pair.world.crash('b')
    await pair.send('2')
    expect(pair.told).toEqual(['peer_lost'])
    expect(pair.seen).toEqual([])
  })
})

describe('an older generation', () => {
  test('that is back after a newer one was heard of is fenced by whoever has heard of it', async () => {
    const pair = await Pair.open()
    await pair.send('1')
    const image = pair.storage.b.snapshot()
    pair.storage.b.wipe()
    await pair.world.crash('b')
    await pair.world.crash('a')
    await pair.send('2')
    pair.storage.b.restore(image)
    await pair.world.crash('b')
    await pair.send('3')
    expect(new Set(pair.told)).toEqual(new Set(['fenced']))
    expect(pair.seen).toEqual(['1'])
  })
})

describe('a sender', () => {
  test('whose storage goes back in time learns it from the receiver, and sends nothing', async () => {
    const pair = await Pair.open()
    await pair.send('1')
    const image = pair.storage.a.snapshot()
    await pair.send('2')
    await pair.send('3')
    pair.storage.a.restore(image)
    await pair.world.crash('a')
    await pair.send('4')
    expect(pair.told).toEqual(['peer_rewound'])
    expect(pair.seen).toEqual(['1', '2', '3'])
  })

  test('that has written as much as it lost before it speaks learns it too: its new messages are not taken for the old ones', async () => {
    const pair = await Pair.open()
    await pair.send('1')
    const image = pair.storage.a.snapshot()
    await pair.send('2')
    pair.storage.a.restore(image)
    // Whoever it could hear from is out of reach until it has written.
    pair.world.faults.lose = 1
    await pair.world.crash('a')
    await pair.send('another 2')
    pair.world.faults.lose = 0
    await pair.world.clock.advance(60_000)
    expect(pair.told).toEqual(['peer_rewound'])
    expect(pair.seen).toEqual(['1', '2'])
  })

  test('whose storage is wiped is a stranger, whose messages count from 1', async () => {
    const pair = await Pair.open()
    await pair.send('1')
    pair.storage.a.wipe()
    await pair.world.crash('a')
    await pair.send('1 anew')
    expect(pair.told).toEqual([])
    expect(pair.seen).toEqual(['1', '1 anew'])
  })
})

// Holes, which the page names. Whoever closes one will be told so by its test.
describe('what is not told as yet', () => {
  test('a receiver that goes back while its sender is opened anew: it gets again what is still in the sender’s log', async () => {
    const pair = await Pair.open()
    await pair.send('1')
    const image = pair.storage.b.snapshot()
    await pair.send('2')
    pair.storage.b.restore(image)
    await pair.world.crash('b')
    await pair.world.crash('a')
    await pair.send('3')
    expect(pair.told).toEqual([])
    expect(pair.seen).toEqual(['1', '2', '3'])
  })

  test('a receiver that is wiped while its sender is opened anew: the new one gets what the old one had', async () => {
    const pair = await Pair.open()
    await pair.send('1')
    pair.storage.b.wipe()
    await pair.world.crash('b')
    await pair.world.crash('a')
    await pair.send('2')
    expect(pair.told).toEqual([])
    expect(pair.seen).toEqual(['1', '2'])
  })
})
