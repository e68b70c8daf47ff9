/** Messages that leave before they are durable: what they bring about stays only if they do. */
import { DarqError } from '@darq/runtime/engine'
import { afterAll, describe, expect, test } from 'vitest'
import { pictured } from './pictured.ts'
import { Town } from './town.ts'
import { id, messages, sequence } from './world.ts'

/** a/1 → b/1 → c/1: each hop says where it came from. */
const chain =
  (...hosts: readonly string[]) =>
  (darq: string, seen: string) => {
    const next = hosts[hosts.indexOf(darq.split('/')[0] ?? '') + 1]
    return next ? [{ to: `${next}/1`, bytes: seen }] : []
  }

describe('a chain of hosts', () => {
  test('is passed before anything is durable, and is committed after one flush', async () => {
    const town = pictured(new Town(1, Number.POSITIVE_INFINITY, chain('a', 'b', 'c')))
    for (const name of ['a', 'b', 'c']) await town.host(name, () => 100)
    const start_ms = town.clock.now_ms()
    let committed_ms = 0
    town
      .engine('a')
      .darq('a/1')
      .enqueue(id('p'), sequence(1), messages('one'))
      .committed.then(() => {
        committed_ms = town.clock.now_ms() - start_ms
      })
    await town.clock.advance(10)
    expect(town.place('c').recorders.get('c/1')?.seen).toEqual(['one'])
    expect(town.engine('c').durableVersion).toBe(0)
    await town.clock.advance(95)
    expect(committed_ms).toBe(100)
    expect(town.engine('c').committedVersion).toBeGreaterThan(0)
    await town.clock.advance(1_000)
    expect(town.engine('a').darq('a/1').unacknowledged).toBe(0)
    expect(town.engine('b').darq('b/1').unacknowledged).toBe(0)
  })

  test('with K = 0 takes a flush a hop', async () => {
    const town = pictured(new Town(1, 0, chain('a', 'b', 'c')))
    for (const name of ['a', 'b', 'c']) await town.host(name, () => 100)
    town.engine('a').darq('a/1').enqueue(id('p'), sequence(1), messages('one'))
    await town.clock.advance(190)
    expect(town.place('c').recorders.get('c/1')?.seen).toBeUndefined()
    await town.clock.advance(20)
    expect(town.place('c').recorders.get('c/1')?.seen).toEqual(['one'])
  })

  test('holds back what is gated until it is committed, whatever K is, and what comes behind it in the channel', async () => {
    const town = new Town(1, Number.POSITIVE_INFINITY, (darq, seen) =>
      darq !== 'a/1'
        ? []
        : seen === 'gated'
          ? [{ to: 'b/1', bytes: seen, gate: 'committed' }]
          : [{ to: 'b/1', bytes: seen }],
    )
    for (const name of ['a', 'b']) await town.host(name, () => 100)
    const seen = () => town.place('b').recorders.get('b/1')?.seen ?? []
    const send = (number: number, text: string) =>
      town.engine('a').darq('a/1').enqueue(id('p'), sequence(number), messages(text))
    send(1, 'free')
    await town.clock.advance(10)
    expect(seen()).toEqual(['free'])
    send(2, 'gated')
    send(3, 'behind')
    await town.clock.advance(80)
    expect(seen()).toEqual(['free'])
    await town.clock.advance(200)
    expect(seen()).toEqual(['free', 'gated', 'behind'])
  })

  test('takes the next message as well before the one before it is committed', async () => {
    const town = new Town(1, Number.POSITIVE_INFINITY, chain('a', 'b', 'c'))
    for (const name of ['a', 'b', 'c']) await town.host(name, () => 100)
    const darq = town.engine('a').darq('a/1')
    for (const [at, text] of ['one', 'two', 'three'].entries()) {
      darq.enqueue(id('p'), sequence(at + 1), messages(text))
      await town.clock.advance(5)
    }
    expect(town.place('c').recorders.get('c/1')?.seen).toEqual(['one', 'two', 'three'])
    expect(town.engine('c').durableVersion).toBe(0)
  })

  test('goes back when the first host loses what it has sent, and runs again when it is sent again', async () => {
    const town = pictured(new Town(1, Number.POSITIVE_INFINITY, chain('a', 'b', 'c')))
    await town.host('a', () => 100)
    await town.host('b', () => 5)
    await town.host('c', () => 5)
    const lost = town.engine('a').darq('a/1').enqueue(id('p'), sequence(1), messages('one'))
    let reason: unknown
    lost.committed.catch((error) => {
      reason = error
    })
    await town.clock.advance(50)
    expect(town.place('c').recorders.get('c/1')?.seen).toEqual(['one'])
    expect(town.engine('c').durableVersion).toBeGreaterThan(0)
    expect(town.engine('c').committedVersion).toBe(0)
    await town.crash('a')
    expect(reason).toBeInstanceOf(DarqError)
    await town.clock.advance(2_000)
    expect(town.place('b').rollbacks).toBe(1)
    expect(town.place('c').rollbacks).toBe(1)
    expect(town.place('c').recorders.get('c/1')?.seen ?? []).toEqual([])
    town.engine('a').darq('a/1').enqueue(id('p'), sequence(1), messages('two'))
    await town.clock.advance(10_000)
    expect(town.place('c').recorders.get('c/1')?.seen).toEqual(['two'])
    expect(town.engine('c').committedVersion).toBe(town.engine('c').durableVersion)
  })

  test('goes back at once, and takes again what is sent again: nobody waits for a timer', async () => {
    const town = pictured(new Town(1, Number.POSITIVE_INFINITY, chain('a', 'b', 'c')))
    await town.host('a', () => 100)
    await town.host('b', () => 5)
    await town.host('c', () => 5)
    const send = (text: string, number: number) =>
      town.engine('a').darq('a/1').enqueue(id('p'), sequence(number), messages(text))
    send('one', 1)
    await town.clock.advance(2_000)
    send('two', 2)
    await town.clock.advance(50)
    await town.crash('a')
    send('three', 2)
    await town.clock.advance(10)
    expect(town.place('b').rollbacks).toBe(1)
    expect(town.place('c').rollbacks).toBe(1)
    expect(town.place('c').recorders.get('c/1')?.seen).toEqual(['one', 'three'])
  })

  test('does not go back when a host that has lost nothing is opened again', async () => {
    const town = pictured(new Town(1, Number.POSITIVE_INFINITY, chain('a', 'b', 'c')))
    for (const name of ['a', 'b', 'c']) await town.host(name, () => 20)
    town.engine('a').darq('a/1').enqueue(id('p'), sequence(1), messages('one'))
    await town.clock.advance(21)
    await town.crash('a')
    await town.clock.advance(5_000)
    expect(town.place('b').rollbacks + town.place('c').rollbacks).toBe(0)
    expect(town.engine('c').committedVersion).toBe(town.engine('c').durableVersion)
  })
})

describe('random histories', () => {
  let rollbacks = 0
  afterAll(() => expect(rollbacks).toBeGreaterThan(20))
  const hosts = ['a', 'b', 'c', 'd']
  /** Each message wanders: its text says which hosts are left. */
  const wander = (_darq: string, seen: string) => {
    const [name = '', ...left] = seen.split('>')
    const [next, ...rest] = left
    return next ? [{ to: `${next}/${(rest.length % 2) + 1}`, bytes: [name, ...rest].join('>') }] : []
  }
  for (const k of [0, 1, 2, Number.POSITIVE_INFINITY])
    for (let seed = 1; seed <= 12; seed += 1)
      test(`K = ${k}, seed ${seed}: everything arrives once, nothing committed is undone`, async () => {
        const town = pictured(new Town(seed, k, wander))
        const { random } = town
        for (const name of hosts) await town.host(name, () => 5 + random() * 60)
        town.lose = 0.05
        town.repeat = 0.05
        town.delay_ms_max = 10
        const sent = new Map<string, string[]>()
        const committed = new Map<string, number>()
        const keep = async (name: string) => {
          // An outside producer keeps each message until it is committed.
          const all = sent.get(name) ?? []
          const at = committed.get(name) ?? 0
          const engine = town.place(name).engine
          if (!engine || at >= all.length) return
          try {
            const receipt = engine.darq(`${name}/1`).enqueue(id('p'), sequence(at + 1), messages(...all.slice(at)))
            const end = all.length
            receipt.committed.then(
              () => committed.set(name, Math.max(committed.get(name) ?? 0, end)),
              () => {},
            )
          } catch (error) {
            if (!(error instanceof DarqError)) throw error
          }
        }
        for (let round = 0; round < 60; round += 1) {
          const name = hosts[Math.floor(random() * 4)] ?? 'a'
          const hops = Array.from({ length: Math.floor(random() * 5) }, () => hosts[Math.floor(random() * 4)])
          sent.set(name, [...(sent.get(name) ?? []), [`${name}${round}`, ...hops].join('>')])
          for (const host of hosts) await keep(host)
          await town.clock.advance(random() * 30)
          if (random() < 0.15) await town.crash(hosts[Math.floor(random() * 4)] ?? 'a')
        }
        town.lose = 0
        town.repeat = 0
        for (let round = 0; round < 40; round += 1) {
          for (const host of hosts) await keep(host)
          await town.clock.advance(1_000)
        }
        const expected = new Map<string, number>()
        const note = (message: string, map: Map<string, number>) => map.set(message, (map.get(message) ?? 0) + 1)
        for (const texts of sent.values())
          for (const text of texts) {
            let seen = text
            for (;;) {
              note(seen, expected)
              const [out] = wander('', seen)
              if (!out) break
              seen = out.bytes
            }
          }
        const got = new Map<string, number>()
        for (const name of hosts)
          for (const darq of town.engine(name).names) {
            town.engine(name).darq(darq)
            for (const seen of town.place(name).recorders.get(darq)?.seen ?? []) note(seen, got)
          }
        expect([...got].sort()).toEqual([...expected].sort())
        for (const name of hosts) {
          const engine = town.engine(name)
          rollbacks += town.place(name).rollbacks
          expect(engine.committedVersion).toBe(engine.durableVersion)
          for (const darq of engine.names) expect(engine.darq(darq).unacknowledged).toBe(0)
        }
      })
})
