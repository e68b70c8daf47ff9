/** @module The client over links that fail. */
import {
  address,
  type Client,
  DarqError,
  type Hosted,
  openClient,
  openHosted,
  participant,
  query,
  type View,
  value,
} from '@darq/runtime'
import * as v from 'valibot'
import { afterEach, describe, expect, test } from 'vitest'
import type { EnqueueRequest, Graded, Link } from '../../runtime-ts/src/crest/wire/link.ts'
import { faultyMemory, type Fate as StorageFate } from '../../runtime-ts/src/storage/memory-faults.ts'
import { VirtualClock } from './virtual-clock.ts'

const Log = address('log/*', { add: v.number(), all: query(v.array(v.number())), count: query(v.number()) })
const log = participant(Log, {
  state: { all: value(v.array(v.number()), []) },
  on: {
    add(step, n) {
      step.state.all = [...step.state.all, n]
    },
    all: (read) => [...read.state.all],
    count: (read) => read.state.all.length,
  },
})

function seeded(seed: number): () => number {
  let state = seed * 2_654_435_761 + 1
  return () => {
    state = (state * 48_271) % 2_147_483_647
    return state / 2_147_483_647
  }
}

const closing: (() => Promise<void>)[] = []
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close()
})

async function setUp(fate: () => StorageFate | Promise<StorageFate> = () => 'written', clock = new VirtualClock()) {
  const hosted = await openHosted({
    name: 'host',
    participants: [log],
    storage: faultyMemory({ fate }),
    clock,
    random: seeded(7),
    core: 'typescript',
  })
  closing.push(() => hosted.close())
  return { clock, hosted }
}

function clientOf(hosted: Hosted, clock: VirtualClock, link: Link = hosted.link, producer = 'p'): Client {
  const client = openClient({ link, producer, clock, random: seeded(3) })
  closing.push(() => client.close())
  return client
}

/** A link that fails at every place where one can. */
function flaky(
  link: Link,
  clock: VirtualClock,
  random: () => number,
  rate: number,
  counts = { cuts: 0, repeats: 0 },
): Link {
  const lost = (): DarqError => {
    counts.cuts += 1
    return new DarqError('unavailable', { message: 'the link was cut' })
  }
  return {
    ...delegate(link),
    async enqueue(request, report) {
      const dice = random()
      // So late that others overtake it.
      if (random() < 0.5) await clock.pause(random() * 3_000)
      if (dice < rate) throw lost() // it never arrived
      let cut = dice < 2 * rate // it arrived, and nobody hears of it
      const sent = link.enqueue(request, (graded) => {
        if (graded.grade === 'accepted') counts.repeats += graded.duplicates
        if (!cut) report(graded)
        if (random() < rate) cut = true // cut in between
      })
      // It arrives twice.
      if (random() < rate)
        void clock.pause(random() * 5_000).then(() => link.enqueue(request, () => {}).catch(() => {}))
      await sent
      if (random() < 0.3) await clock.pause(random() * 3_000)
      if (cut) throw lost()
    },
    async expected(to, producer) {
      if (random() < rate) throw lost()
      return link.expected(to, producer)
    },
  }
}

/** Passes time until all are there: ten times as long as the longest pause, so that nothing that is stuck gets away with it. */
async function untilSettled(clock: VirtualClock, promises: readonly Promise<unknown>[]): Promise<void> {
  let settled = false
  const all = Promise.all(promises).finally(() => {
    settled = true
  })
  all.catch(() => {})
  for (let second = 0; !settled && second < 300; second += 1) await clock.advance(1_000)
  expect(settled).toBe(true)
  await all
}

function delegate(link: Link): Link {
  return {
    enqueue: (request, report) => link.enqueue(request, report),
    query: (request, grade) => link.query(request, grade),
    watch: (request, see, signal) => link.watch(request, see, signal),
    expected: (to, producer) => link.expected(to, producer),
    pending: (to) => link.pending(to),
    counts: (to) => link.counts(to),
  }
}

describe('what is sent', () => {
  test('arrives once and in order over a link and a storage that keep failing', async () => {
    const counts = { faults: 0, cuts: 0, repeats: 0 }
    for (let seed = 1; seed <= 15; seed += 1) await oneStorm(seed, counts)
    expect(counts.faults).toBeGreaterThan(15)
    expect(counts.cuts).toBeGreaterThan(100)
    expect(counts.repeats).toBeGreaterThan(100)
  })

  async function oneStorm(seed: number, counts: { faults: number; cuts: number; repeats: number }): Promise<void> {
    const random = seeded(seed)
    let writes = 0
    const { clock, hosted } = await setUp(() => {
      writes += 1
      if (writes < 5 || random() > 0.03) return 'written'
      counts.faults += 1
      return random() < 0.5 ? 'unknown' : 'failed'
    })
    const client = clientOf(hosted, clock, flaky(hosted.link, clock, random, 0.1, counts))
    const sent: Promise<unknown>[] = []
    for (let n = 0; n < 300; n += 1) {
      sent.push(client.send(Log.add('a', n)).committed)
      // Long enough for the host not to use up what it may be opened anew.
      if (n % 3 === 0) await clock.advance(4_000)
    }
    await untilSettled(clock, sent)
    const numbers = Array.from({ length: 300 }, (_, n) => n)
    expect(await client.query(Log.all('a'), { grade: 'committed' })).toEqual(numbers)
    await client.close()
    await hosted.close()
  }

  test('keeps the order in which it was sent', async () => {
    const { clock, hosted } = await setUp()
    const client = clientOf(hosted, clock, flaky(hosted.link, clock, seeded(11), 0.2))
    const receipts: Promise<unknown>[] = []
    for (let n = 0; n < 100; n += 1) {
      receipts.push(client.send(Log.add('a', n)).committed)
      if (n % 10 === 0) await clock.advance(20)
    }
    await untilSettled(clock, receipts)
    expect(await client.query(Log.all('a'))).toEqual(Array.from({ length: 100 }, (_, n) => n))
  })

  test('in one breath travels as one batch', async () => {
    const { clock, hosted } = await setUp()
    const sizes: number[] = []
    const link = {
      ...delegate(hosted.link),
      enqueue(request: EnqueueRequest, report: (graded: Graded) => void) {
        return hosted.link.enqueue(request, (graded) => {
          if (graded.grade === 'accepted') sizes.push(graded.lsns.length)
          report(graded)
        })
      },
    }
    const client = clientOf(hosted, clock, link)
    await Promise.all([1, 2, 3].map((n) => client.send(Log.add('a', n)).committed))
    expect(sizes).toEqual([3])
  })

  test('under a producer id that has sent before goes on where that left off', async () => {
    const { clock, hosted } = await setUp()
    await clientOf(hosted, clock).send(Log.add('a', 1)).committed
    const next = clientOf(hosted, clock)
    expect(await next.inspect('log/a').expected()).toBe(2)
    expect(await next.send(Log.add('a', 2)).committed).toMatchObject({ duplicate: false })
    expect(await next.query(Log.all('a'))).toEqual([1, 2])
  })

  test('with numbers of the application’s own is a duplicate when it was there, and refused when one is missing', async () => {
    const { clock, hosted } = await setUp()
    const first = clientOf(hosted, clock)
    await first.send(Log.add('a', 1), { sequence: 1 }).committed
    const next = clientOf(hosted, clock)
    const receipts = [next.send(Log.add('a', 1), { sequence: 1 }), next.send(Log.add('a', 2), { sequence: 2 })]
    expect(await Promise.all(receipts.map(({ committed }) => committed))).toMatchObject([
      { duplicate: true },
      { duplicate: false },
    ])
    await expect(next.send(Log.add('a', 9), { sequence: 9 }).accepted).rejects.toMatchObject({
      code: 'gap',
      retryable: false,
      facts: { expected: 3, got: 9 },
    })
    expect(await next.query(Log.all('a'))).toEqual([1, 2])
  })

  test('with numbers of the application’s own, one of them missing, is refused from there on', async () => {
    const { clock, hosted } = await setUp()
    const client = clientOf(hosted, clock)
    const receipts = [client.send(Log.add('a', 1), { sequence: 1 }), client.send(Log.add('a', 3), { sequence: 3 })]
    await receipts[0]?.committed
    await expect(receipts[1]?.committed).rejects.toMatchObject({ code: 'gap', facts: { expected: 2, got: 3 } })
    expect(await client.query(Log.all('a'))).toEqual([1])
  })

  test('and heard to be accepted is no duplicate when it had to be sent again', async () => {
    const { clock, hosted } = await setUp()
    let cuts = 0
    const link = {
      ...delegate(hosted.link),
      async enqueue(request: EnqueueRequest, report: (graded: Graded) => void) {
        await hosted.link.enqueue(request, (graded) => {
          if (cuts > 0 || graded.grade === 'accepted') report(graded)
        })
        cuts += 1
        if (cuts === 1) throw new DarqError('unavailable')
      },
    }
    const client = clientOf(hosted, clock, link)
    const receipt = client.send(Log.add('a', 1))
    const accepted = await receipt.accepted
    expect(accepted).toMatchObject({ duplicate: false })
    await clock.advance(1_000)
    expect(await receipt.committed).toEqual({ ...accepted, durability: 'memory' })
    expect(cuts).toBe(2)
  })

  test('and lost by a host that never said so is sent again when the next is refused as a gap', async () => {
    const { clock, hosted } = await setUp()
    const batches: string[] = []
    const lateFailures: ((error: DarqError) => void)[] = []
    const link: Link = {
      ...delegate(hosted.link),
      expected: async () => 1,
      async enqueue({ first }, report) {
        batches.push(`${first}`)
        if (batches.length === 2) throw new DarqError('gap', { facts: { expected: 1, got: first } })
        report({ grade: 'accepted', lsns: batches.length === 1 ? [8] : [8, 16], duplicates: 0, expected: 0 })
        if (batches.length === 1) await new Promise((_, reject) => lateFailures.push(reject))
        report({ grade: 'durable', durability: 'memory' })
        report({ grade: 'committed', durability: 'memory' })
      },
    }
    const client = clientOf(hosted, clock, link)
    const first = client.send(Log.add('a', 1))
    await first.accepted
    const second = client.send(Log.add('a', 2))
    await Promise.all([first.committed, second.committed])
    expect(batches).toEqual(['1', '2', '1'])
    // What the first attempt has to say after all is of no interest any more.
    lateFailures[0]?.(new DarqError('unavailable'))
    await clock.advance(60_000)
    expect(batches).toHaveLength(3)
  })

  test('with an idempotency key happens once', async () => {
    const { clock, hosted } = await setUp()
    const [one, two] = [clientOf(hosted, clock, hosted.link, ''), clientOf(hosted, clock)]
    await one.send(Log.add('a', 1), { idempotencyKey: 'k' }).committed
    expect(await two.send(Log.add('a', 1), { idempotencyKey: 'k' }).committed).toMatchObject({ duplicate: true })
    expect(await two.query(Log.all('a'))).toEqual([1])
  })

  test('says each grade, with what the storage offers', async () => {
    const { clock, hosted } = await setUp()
    const receipt = clientOf(hosted, clock).send(Log.add('a', 1))
    const accepted = await receipt.accepted
    expect(accepted).toMatchObject({ duplicate: false })
    expect(await receipt.durable).toEqual({ ...accepted, durability: 'memory' })
    expect(await receipt.committed).toEqual({ ...accepted, durability: 'memory' })
  })

  test('past the window is refused with backpressure, and nothing else is lost', async () => {
    const { clock, hosted } = await setUp()
    const client = clientOf(hosted, clock)
    const receipts = Array.from({ length: 65_537 }, () => client.send(Log.add('a', 0)))
    await expect(receipts.at(-1)?.accepted).rejects.toMatchObject({ code: 'backpressure', retryable: true })
    await client.close()
    await expect(receipts[0]?.committed).rejects.toMatchObject({ code: 'closed' })
  })

  test('but not yet on its way is taken back by its signal', async () => {
    const { clock, hosted } = await setUp()
    const client = clientOf(hosted, clock)
    const stop = new AbortController()
    const receipts = [client.send(Log.add('a', 1), { signal: stop.signal }), client.send(Log.add('a', 2))]
    stop.abort()
    await expect(receipts[0]?.committed).rejects.toMatchObject({ code: 'cancelled' })
    await receipts[1]?.committed
    expect(await client.query(Log.all('a'))).toEqual([2])
  })

  test('and given up by its sender still arrives, so that those behind it can', async () => {
    const { clock, hosted } = await setUp()
    let open = (): void => {}
    const opened = new Promise<void>((resolve) => {
      open = resolve
    })
    const link = {
      ...delegate(hosted.link),
      async enqueue(request: EnqueueRequest, report: (graded: Graded) => void) {
        await opened
        return hosted.link.enqueue(request, report)
      },
    }
    const client = clientOf(hosted, clock, link)
    const impatient = client.send(Log.add('a', 1), { timeout: '1 second' })
    const late = expect(impatient.committed).rejects.toMatchObject({ code: 'timeout' })
    await clock.advance(1_000)
    await late
    const patient = client.send(Log.add('a', 2))
    open()
    await patient.committed
    expect(await client.query(Log.all('a'))).toEqual([1, 2])
  })

  test('without a producer id fails with its host, and says so', async () => {
    let broken = false
    const { clock, hosted } = await setUp(() => (broken ? 'failed' : 'written'))
    const client = clientOf(hosted, clock, hosted.link, '')
    await client.send(Log.add('a', 1)).committed
    broken = true
    await expect(client.send(Log.add('a', 2)).committed).rejects.toMatchObject({ retryable: true })
    broken = false
    await clock.advance(1_000)
    await client.send(Log.add('a', 3)).committed
    expect(await client.query(Log.all('a'))).toEqual([1, 3])
  })
})

describe('a host whose storage fails', () => {
  test('is opened anew, but not for ever', async () => {
    let broken = false
    const { clock, hosted } = await setUp(() => (broken ? 'failed' : 'written'))
    const client = clientOf(hosted, clock)
    await client.send(Log.add('a', 1)).committed
    broken = true
    const receipt = client.send(Log.add('a', 2))
    await receipt.accepted
    const { epoch } = await hosted.alive()
    await clock.advance(400)
    expect(() => hosted.engine).toThrow('opened anew')
    const next = hosted.alive()
    broken = false
    await clock.advance(10_000)
    expect((await next).epoch).toBeGreaterThan(epoch)
    await receipt.committed
    expect(await client.query(Log.all('a'))).toEqual([1, 2])
    broken = true
    client.send(Log.add('a', 3))
    await clock.advance(60_000)
    expect(await hosted.stopped).toMatchObject({ code: 'storage' })
    await expect(hosted.link.pending('log/a')).rejects.toMatchObject({ code: 'storage' })
    await expect(hosted.alive()).rejects.toMatchObject({ code: 'storage' })
  })
})

describe('a watched query', () => {
  test('shows each value as it hardens', async () => {
    const { clock, hosted } = await setUp()
    const client = clientOf(hosted, clock)
    const seen: string[] = []
    for await (const view of client.watch(Log.count('a'))) {
      if (view.grade === 'withdrawn') continue
      seen.push(`${view.value} ${view.grade}`)
      if (view.value === 0) client.send(Log.add('a', 1))
      if (view.value === 1 && view.grade === 'committed') break
    }
    expect(seen[0]).toBe('0 committed')
    expect(seen.at(-1)).toBe('1 committed')
  })

  test('of a client that was closed is refused, and does not spin', async () => {
    const { clock, hosted } = await setUp()
    const client = clientOf(hosted, clock)
    await client.close()
    const views = client.watch(Log.count('a'))[Symbol.asyncIterator]()
    await expect(views.next()).rejects.toMatchObject({ code: 'closed' })
  })

  test('is seen committed again and again, however fast it changes', async () => {
    const clock = new VirtualClock()
    let slow = false
    const { hosted } = await setUp(async (): Promise<StorageFate> => {
      if (slow) await clock.pause(80)
      return 'written'
    }, clock)
    // A commit takes much longer than the next change.
    slow = true
    const client = clientOf(hosted, clock)
    let going = true
    const feed = async (): Promise<void> => {
      for (let n = 0; going; n += 1) {
        client.send(Log.add('a', n))
        await clock.advance(5)
      }
    }
    const feeding = feed()
    const grades: string[] = []
    for await (const { grade } of client.watch(Log.count('a'))) {
      grades.push(grade)
      if (grades.filter((seen) => seen === 'committed').length === 6 || grades.length > 100) break
    }
    going = false
    await feeding
    expect(grades.length).toBeLessThan(100)
    expect(grades).toContain('accepted')
    slow = false
    await clock.advance(1_000)
  })

  test('is withdrawn when what it showed is gone, and the value that survived follows', async () => {
    let hold: Promise<StorageFate> | undefined
    const clock = new VirtualClock()
    const hosted = await openHosted({
      name: 'host',
      participants: [log],
      storage: faultyMemory({ fate: () => hold ?? 'written' }),
      clock,
      random: seeded(7),
      core: 'typescript',
    })
    closing.push(() => hosted.close())
    const client = clientOf(hosted, clock, hosted.link, '')
    await client.send(Log.add('a', 1)).committed
    const slow = Promise.withResolvers<StorageFate>()
    const views: View<number>[] = []
    for await (const view of client.watch(Log.count('a'))) {
      views.push(view)
      if (views.length === 1) {
        hold = slow.promise
        client.send(Log.add('a', 2))
      }
      if (view.grade === 'accepted') {
        hold = undefined
        slow.resolve('failed')
        void clock.advance(10_000)
      }
      if (views.length === 4) break
    }
    expect(views).toMatchObject([
      { grade: 'committed', value: 1 },
      { grade: 'accepted', value: 2 },
      { grade: 'withdrawn', error: { retryable: true } },
      { grade: 'committed', value: 1 },
    ])
  })

  test('ends with its signal, and with its client', async () => {
    const { clock, hosted } = await setUp()
    const client = clientOf(hosted, clock)
    const stop = new AbortController()
    let views = 0
    for await (const _ of client.watch(Log.count('a'), { signal: stop.signal })) {
      views += 1
      stop.abort()
    }
    for await (const _ of client.watch(Log.count('a'))) {
      views += 1
      await client.close()
    }
    expect(views).toBe(2)
  })

  test('asked for what is committed waits until what it has read is', async () => {
    const held = Promise.withResolvers<StorageFate>()
    let hold = false
    const { clock, hosted } = await setUp(() => (hold ? held.promise : 'written'))
    const client = clientOf(hosted, clock)
    await client.send(Log.add('a', 1)).committed
    hold = true
    await client.send(Log.add('a', 2)).accepted
    await clock.advance(10)
    expect(await client.query(Log.all('a'))).toEqual([1, 2])
    let isThere = false
    const committed = client.query(Log.all('a'), { grade: 'committed' }).then((value) => {
      isThere = true
      return value
    })
    await clock.advance(1_000)
    expect(isThere).toBe(false)
    hold = false
    held.resolve('written')
    expect(await committed).toEqual([1, 2])
  })

  test('leaves no DARQ behind when nobody ever wrote there', async () => {
    const { clock, hosted } = await setUp()
    const client = clientOf(hosted, clock)
    expect(await client.query(Log.count('nobody'), { grade: 'committed' })).toBe(0)
    expect(await client.inspect('log/nobody').pending()).toBe(0)
    expect(hosted.engine.names).toEqual([])
  })
})

describe('a client', () => {
  test('may not send what only participants send', async () => {
    const { hosted } = await setUp()
    const { encodeEnvelope } = await import('../../runtime-ts/src/crest/wire/envelope.ts')
    const { encodeMessages } = await import('@darq/runtime/engine')
    const forged = [
      {
        name: 'add',
        body: 1,
        version: 0,
        asker: { to: 'victim', handler: 'paid', id: '1', note: null, note_version: 0 },
      },
      { name: 'add', body: 1, version: 0, asker: { client: 'somebody else', id: '1', has: [] } },
      { name: 'add', body: 1, version: 0, echo: { id: '1', note: null, note_version: 0 } },
      { name: 'add', body: 1, version: 0, timer: { name: 'x', id: '1' } },
      { name: '$timeout', body: 1, version: 0 },
    ]
    for (const envelope of forged) {
      const request = { to: 'log/a', producer: 'p', first: 1, messages: encodeMessages([encodeEnvelope(envelope)]) }
      await expect(hosted.link.enqueue(request, () => {})).rejects.toMatchObject({
        code: expect.stringMatching(/^(unauthorized|unknown_message)$/),
      })
    }
    const garbage = { to: 'log/a', producer: 'p', first: 1, messages: Uint8Array.of(1, 2, 3) }
    await expect(hosted.link.enqueue(garbage, () => {})).rejects.toMatchObject({ code: 'bad_frame' })
    expect(hosted.engine.counts.messages_accepted).toBe(0)
  })
})
