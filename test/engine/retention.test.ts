import type { Attached, Delivered, Lsn, NonEmpty, Processor } from '@darq/runtime/engine'
import { describe, expect, test } from 'vitest'
import { faultyMemory } from '../../runtime-ts/src/storage/memory-faults.ts'
import { id, messages, sequence, text, World } from './world.ts'

/** Keeps a number: each step consumes the self-message it replaces. */
class Sum implements Processor {
  total = 0
  #remembered: Lsn[] = []
  attached: Attached | undefined
  restore(checkpoint: Delivered<'restore'> | undefined, self: Iterable<Delivered<'restore'>>): void {
    this.total = checkpoint ? Number(checkpoint.read(text)) : 0
    this.#remembered = []
    for (const message of self) {
      this.total = Number(message.read(text))
      this.#remembered = [message.lsn]
    }
  }
  deliver<Turn>(delivered: NonEmpty<Delivered<Turn>>, attached: Attached): void {
    for (const message of delivered) {
      this.total += Number(message.read(text))
      const { remembered } = attached.step({ consume: [message.lsn, ...this.#remembered], remember: [`${this.total}`] })
      this.#remembered = [...remembered]
    }
  }
  detached(): void {}
}

describe('what a host keeps', () => {
  test('does not grow with its history: log and storage stay flat over 100,000 steps', async () => {
    const world = new World()
    const storage = faultyMemory()
    const sum = new Sum()
    await world.host({ name: 'a', storage, processor: () => sum })
    const darq = world.engine('a').darq('d')
    const bytes = () => storage.numbers.reduce((all, number) => all + (storage.peek(number)?.length ?? 0), 0)
    let log_bytes_most = 0
    let stored_bytes_most = 0
    const batch = messages(...Array.from({ length: 100 }, () => '1'))
    for (let round = 0; round < 1000; round += 1) {
      darq.enqueue(id('p'), sequence(round * 100 + 1), batch)
      await world.clock.advance(1)
      log_bytes_most = Math.max(log_bytes_most, darq.log_bytes)
      if (round % 50 === 0) stored_bytes_most = Math.max(stored_bytes_most, bytes())
    }
    expect(sum.total).toBe(100_000)
    expect(world.engine('a').counts.committed_bytes).toBeGreaterThan(5_000_000)
    expect(log_bytes_most).toBeLessThan(200_000)
    expect(stored_bytes_most).toBeLessThan(2_000_000)
    await world.crash('a')
    expect(world.engine('a').darq('d').expected(id('p'))).toBe(100_001)
    expect(sum.total).toBe(100_000)
  })

  test('an idle DARQ does not keep the commits of a busy one', async () => {
    const world = new World()
    const storage = faultyMemory()
    const sums = new Map<string, Sum>()
    const processor = (name: string) => {
      const sum = new Sum()
      sums.set(name, sum)
      return sum
    }
    await world.host({ name: 'a', storage, processor })
    const engine = world.engine('a')
    engine.darq('idle').enqueue(id('p'), sequence(1), messages('7'))
    await world.clock.advance(1)
    const batch = messages(...Array.from({ length: 100 }, () => '1'))
    for (let round = 0; round < 1000; round += 1) {
      engine.darq('busy').enqueue(id('p'), sequence(round * 100 + 1), batch)
      await world.clock.advance(1)
    }
    const bytes = storage.numbers.reduce((all, number) => all + (storage.peek(number)?.length ?? 0), 0)
    expect(engine.counts.committed_bytes).toBeGreaterThan(5_000_000)
    expect(bytes).toBeLessThan(2_000_000)
    await world.crash('a')
    world.engine('a').darq('idle')
    world.engine('a').darq('busy')
    expect(sums.get('idle')?.total).toBe(7)
    expect(sums.get('busy')?.total).toBe(100_000)
  })

  test('a log at its limit refuses with backpressure, loses nothing, and goes on when there is room', async () => {
    const world = new World()
    const sum = new Sum()
    await world.host({ name: 'a', limits: { log_bytes_max: 64 * 1024 } })
    const darq = world.engine('a').darq('d')
    let sent = 0
    const flood = () => {
      try {
        for (;;) {
          darq.enqueue(id('p'), sequence(sent + 1), messages('1'))
          sent += 1
        }
      } catch (error) {
        expect(error).toMatchObject({ code: 'backpressure', retryable: true })
      }
    }
    flood()
    expect(darq.expected(id('p'))).toBe(sent + 1)
    expect(darq.waiting).toBe(sent)
    const accepted = sent
    darq.attach(sum)
    await world.clock.advance(1000)
    flood()
    expect(sent).toBeGreaterThan(accepted)
    await world.clock.advance(1000)
    expect(sum.total).toBe(sent)
  })
})
