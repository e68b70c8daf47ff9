import { describe, expect, test } from 'vitest'
import { id, messages, Recorder, sequence, World } from './world.ts'

/** Host a's DARQ `source` sends everything it gets to host b's `sink`. */
async function pair(seed: number) {
  const world = new World(seed)
  const source = () => new Recorder((seen) => [{ to: 'sink', bytes: seen }])
  let sink = new Recorder()
  await world.host({
    name: 'a',
    processor: (name) => (name === 'source' ? source() : undefined),
    route: (name) => (name === 'sink' ? 'b' : undefined),
  })
  await world.host({
    name: 'b',
    processor: (name) => {
      if (name !== 'sink') return undefined
      sink = new Recorder()
      return sink
    },
  })
  return { world, seen: () => sink.seen }
}

describe('a channel between two hosts', () => {
  test('delivers each message once, in order, and is forgotten by the sender when the receiver has it committed', async () => {
    const { world, seen } = await pair(1)
    const source = world.engine('a').darq('source')
    source.enqueue(id('p'), sequence(1), messages('1', '2', '3'))
    await world.clock.advance(100)
    expect(seen()).toEqual(['1', '2', '3'])
    expect(source.unacknowledged).toBe(0)
    expect(world.reports).toEqual([])
  })

  test('nothing leaves before it is committed', async () => {
    const { world } = await pair(1)
    world.engine('a').darq('source').enqueue(id('p'), sequence(1), messages('1'))
    expect(world.engine('a').counts.frames_sent).toBe(0)
    await world.clock.advance(0)
    expect(world.engine('a').counts.frames_sent).toBeGreaterThan(0)
  })

  test('keeps apart two channels of one DARQ to one host', async () => {
    const world = new World(1)
    let recorders: Recorder[] = []
    await world.host({
      name: 'a',
      processor: (name) =>
        name === 'source'
          ? new Recorder((seen) => (seen === '1' ? [{ to: 'left', bytes: seen }] : [{ to: 'right', bytes: seen }]))
          : undefined,
      route: (name) => (name === 'source' ? undefined : 'b'),
    })
    await world.host({
      name: 'b',
      processor: () => {
        const recorder = new Recorder()
        recorders = [...recorders, recorder]
        return recorder
      },
    })
    // What is on its way to both at once is acknowledged to each by its own count.
    world
      .engine('a')
      .darq('source')
      .enqueue(id('p'), sequence(1), messages('1', '2', '3'))
    await world.clock.advance(0)
    await world.clock.advance(1000)
    expect(recorders.map(({ seen }) => seen).sort()).toEqual([['1'], ['2', '3']])
    expect(world.engine('a').darq('source').unacknowledged).toBe(0)
    expect(world.reports).toEqual([])
  })

  for (let seed = 1; seed <= 60; seed += 1)
    test(`loses and repeats nothing while the network does and both hosts crash (seed ${seed})`, async () => {
      const { world, seen } = await pair(seed)
      Object.assign(world.faults, { lose: 0.2, repeat: 0.2, delay_ms_max: 40 })
      const sent: string[] = []
      let next = 1
      for (let round = 0; round < 40; round += 1) {
        const source = world.engine('a').darq('source')
        // The producer keeps what is not committed, and goes on where the host expects it to.
        next = source.expected(id('p'))
        const batch = Array.from({ length: Math.floor(world.random() * 4) }, (_, i) => `${next + i}`)
        if (batch.length > 0) source.enqueue(id('p'), sequence(next), messages(...batch))
        await world.clock.advance(world.random() * 60)
        if (world.random() < 0.15) await world.crash('a')
        if (world.random() < 0.15) await world.crash('b')
      }
      Object.assign(world.faults, { lose: 0, repeat: 0, delay_ms_max: 0 })
      await world.clock.advance(60_000)
      const source = world.engine('a').darq('source')
      for (let i = 1; i < source.expected(id('p')); i += 1) sent.push(`${i}`)
      expect(seen()).toEqual(sent)
      expect(sent.length).toBeGreaterThan(5)
      expect(source.unacknowledged).toBe(0)
      expect(world.engine('b').darq('sink').waiting).toBe(0)
    })
})
