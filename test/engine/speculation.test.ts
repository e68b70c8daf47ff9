/** Messages that leave before they are durable: what they bring about stays only if they do. */
import { DarqError, type Engine, type EngineOptions, openEngine } from '@darq/runtime/engine'
import { afterAll, describe, expect, test } from 'vitest'
import type { Commit, Storage } from '../../runtime-ts/src/storage/contract.ts'
import { memory } from '../../runtime-ts/src/storage/memory.ts'
import { id, messages, Recorder, seeded, sequence, VirtualClock } from './world.ts'

/** Writes a while after it was asked to; what was asked when the process dies is lost. */
class SlowDisk {
  readonly inner: Storage = memory()
  readonly #clock: VirtualClock
  flush_ms: () => number
  #life = 0

  constructor(clock: VirtualClock, flush_ms: () => number) {
    this.#clock = clock
    this.flush_ms = flush_ms
  }

  crash(): void {
    this.#life += 1
  }

  get storage(): Storage {
    const { inner } = this
    const later = <T>(run: () => Promise<T>): Promise<T> => {
      const life = this.#life
      return new Promise((resolve, reject) => {
        this.#clock.wake(this.#clock.now_ms() + this.flush_ms(), () => {
          if (life === this.#life) run().then(resolve, reject)
        })
      })
    }
    return {
      durability: 'strict',
      async open() {
        const opened = await inner.open()
        return {
          generation: opened.generation,
          last: opened.last,
          segments: () => opened.segments(),
          close: () => opened.close(),
          claim: async (epoch, keep, facts, tail) => {
            const claimed = await opened.claim(epoch, keep, facts, tail)
            return {
              commit: (commit: Commit) => later(() => claimed.commit(commit)),
              close: () => claimed.close(),
            }
          },
        }
      },
    }
  }
}

interface Place {
  readonly disk: SlowDisk
  readonly recorders: Map<string, Recorder>
  engine: Engine | undefined
  crashes: number
  rollbacks: number
}

class Town {
  readonly clock = new VirtualClock()
  readonly random: () => number
  readonly places = new Map<string, Place>()
  readonly errors: string[] = []
  lose = 0
  repeat = 0
  delay_ms_max = 0
  k: number
  readonly #sends: (host: string, seen: string) => { to: string; bytes: string }[]

  constructor(seed: number, k: number, sends: (host: string, seen: string) => { to: string; bytes: string }[]) {
    this.random = seeded(seed)
    this.k = k
    this.#sends = sends
  }

  async host(name: string, flush_ms: () => number): Promise<void> {
    this.places.set(name, {
      disk: new SlowDisk(this.clock, flush_ms),
      recorders: new Map(),
      engine: undefined,
      crashes: 0,
      rollbacks: 0,
    })
    await this.open(name)
  }

  place(name: string): Place {
    const place = this.places.get(name)
    if (!place) throw new Error(`no host ${name}`)
    return place
  }

  engine(name: string): Engine {
    const { engine } = this.place(name)
    if (!engine) throw new Error(`${name} is not open`)
    return engine
  }

  async open(name: string, previous?: Engine): Promise<void> {
    const place = this.place(name)
    const options: EngineOptions = {
      name,
      storage: place.disk.storage,
      clock: this.clock,
      random: this.random,
      core: 'twin',
      k: this.k,
      route: (darq) => (darq.startsWith(`${name}/`) ? undefined : darq.split('/')[0]),
      processor: (darq) => {
        const recorder = new Recorder((seen) => this.#sends(darq, seen))
        place.recorders.set(darq, recorder)
        return recorder
      },
      transport: { send: (to, frame) => this.#carry(name, to, frame) },
      onError: (error, where) => this.errors.push(`${name} ${where}: ${error.message}`),
    }
    place.recorders.clear()
    const engine = await openEngine(options, previous)
    place.engine = engine
    for (const darq of engine.names) engine.darq(darq)
    void engine.stopped.then((reason) => {
      if (place.engine !== engine) return
      place.engine = undefined
      if (reason?.code !== 'withdrawn') return
      place.rollbacks += 1
      void this.open(name, engine)
    })
  }

  async crash(name: string): Promise<void> {
    const place = this.place(name)
    const { engine } = place
    if (!engine) return
    place.engine = undefined
    place.crashes += 1
    place.disk.crash()
    engine.abandon(new DarqError('closed', { message: 'crashed' }))
    await this.open(name)
  }

  #carry(from: string, to: string, frame: Uint8Array): void {
    const bytes = frame.slice()
    const copies = this.random() < this.lose ? 0 : this.random() < this.repeat ? 2 : 1
    for (let copy = 0; copy < copies; copy += 1)
      this.clock.wake(this.clock.now_ms() + this.random() * this.delay_ms_max, () => {
        try {
          this.places.get(to)?.engine?.receive(from, bytes)
        } catch (error) {
          if (!(error instanceof DarqError)) throw error
        }
      })
  }
}

/** a/1 → b/1 → c/1: each hop says where it came from. */
const chain =
  (...hosts: readonly string[]) =>
  (darq: string, seen: string) => {
    const next = hosts[hosts.indexOf(darq.split('/')[0] ?? '') + 1]
    return next ? [{ to: `${next}/1`, bytes: seen }] : []
  }

describe('a chain of hosts', () => {
  test('is passed before anything is durable, and is committed after one flush', async () => {
    const town = new Town(1, Number.POSITIVE_INFINITY, chain('a', 'b', 'c'))
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
    const town = new Town(1, 0, chain('a', 'b', 'c'))
    for (const name of ['a', 'b', 'c']) await town.host(name, () => 100)
    town.engine('a').darq('a/1').enqueue(id('p'), sequence(1), messages('one'))
    await town.clock.advance(190)
    expect(town.place('c').recorders.get('c/1')?.seen).toBeUndefined()
    await town.clock.advance(20)
    expect(town.place('c').recorders.get('c/1')?.seen).toEqual(['one'])
  })

  test('goes back when the first host loses what it has sent, and runs again when it is sent again', async () => {
    const town = new Town(1, Number.POSITIVE_INFINITY, chain('a', 'b', 'c'))
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

  test('does not go back when a host that has lost nothing is opened again', async () => {
    const town = new Town(1, Number.POSITIVE_INFINITY, chain('a', 'b', 'c'))
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
        const town = new Town(seed, k, wander)
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
