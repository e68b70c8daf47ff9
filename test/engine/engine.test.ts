import { DarqError, type Lsn } from '@darq/runtime/engine'
import { describe, expect, test } from 'vitest'
import { Consumer, id, messages, Recorder, sequence, World } from './world.ts'

const code = (run: () => unknown): string => {
  try {
    run()
  } catch (error) {
    if (error instanceof DarqError) return error.code
    throw error
  }
  return 'nothing was thrown'
}

/** Which grades a receipt has reached, without waiting. */
function grades(receipt: { durable: Promise<void>; committed: Promise<void> }): string[] {
  const reached: string[] = []
  receipt.durable.then(
    () => reached.push('durable'),
    (error: DarqError) => reached.push(`durable: ${error.code}`),
  )
  receipt.committed.then(
    () => reached.push('committed'),
    (error: DarqError) => reached.push(`committed: ${error.code}`),
  )
  return reached
}

for (const core of ['typescript', 'wasm'] as const)
  describe(`engine on ${core}`, () => {
    test('a message is accepted at once, then durable, then committed', async () => {
      const world = new World(1, core)
      const engine = await world.host({ name: 'a' })
      const receipt = engine.darq('d').enqueue(id('p'), sequence(1), messages('one', 'two'))
      expect(receipt).toMatchObject({ accepted: 2, duplicates: 0, expected: 3, duplicate: false })
      const reached = grades(receipt)
      expect(engine.durableVersion).toBe(0)
      await world.clock.advance(0)
      expect(reached).toEqual(['durable', 'committed'])
      expect(engine.durableVersion).toBe(1)
    })

    test('a repeat is a duplicate, and as durable as the first', async () => {
      const world = new World(1, core)
      const darq = (await world.host({ name: 'a' })).darq('d')
      darq.enqueue(id('p'), sequence(1), messages('one', 'two'))
      const again = darq.enqueue(id('p'), sequence(2), messages('two', 'three'))
      expect(again).toMatchObject({ accepted: 1, duplicates: 1, expected: 4 })
      const whole = darq.enqueue(id('p'), sequence(1), messages('one'))
      expect(whole).toMatchObject({ accepted: 0, duplicates: 1, duplicate: true, lsn: 0 })
      const reached = grades(whole)
      expect(reached).toEqual([])
      await world.clock.advance(0)
      expect(reached).toEqual(['durable', 'committed'])
      expect(darq.waiting).toBe(3)
    })

    test('a gap is refused with the expected sequence, and changes nothing', async () => {
      const world = new World(1, core)
      const darq = (await world.host({ name: 'a' })).darq('d')
      darq.enqueue(id('p'), sequence(1), messages('one'))
      const before = darq.grades.accepted
      try {
        darq.enqueue(id('p'), sequence(3), messages('three'))
        expect.unreachable()
      } catch (error) {
        expect(error).toMatchObject({ code: 'gap', facts: { expected: 2, got: 3 } })
      }
      expect(darq.grades.accepted).toBe(before)
      expect(darq.expected(id('p'))).toBe(2)
    })

    test('unsequenced messages are never duplicates', async () => {
      const world = new World(1, core)
      const darq = (await world.host({ name: 'a' })).darq('d')
      for (let i = 0; i < 3; i += 1) darq.enqueue(id(''), sequence(0), messages('same'))
      expect(darq.waiting).toBe(3)
    })

    test('messages over the limit, and rows that are none, are refused', async () => {
      const world = new World(1, core)
      const darq = (await world.host({ name: 'a', limits: { message_bytes_max: 10 } })).darq('d')
      expect(code(() => darq.enqueue(id('p'), sequence(1), messages('12345678901')))).toBe('too_large')
      expect(code(() => darq.enqueue(id('p'), sequence(1), new Uint8Array(0)))).toBe('bad_frame')
      expect(code(() => darq.enqueue(id('p'), sequence(1), new Uint8Array(9)))).toBe('bad_frame')
      expect(code(() => darq.enqueue(id('p'), sequence(1), new Uint8Array(16).fill(255)))).toBe('bad_frame')
      expect(code(() => darq.enqueue(id('p'), sequence(0), messages('x')))).toBe('bad_frame')
      expect(darq.waiting).toBe(0)
      expect(darq.expected(id('p'))).toBe(1)
    })

    test('an idempotency key takes one message, also after a crash, until it is too old', async () => {
      const world = new World(1, core)
      const limits = { log_bytes_max: 64 * 1024, key_age_ms: 60_000 }
      await world.host({ name: 'a', limits, processor: () => new Consumer() })
      const keyed = () => world.engine('a').darq('d').enqueue(id('key:1'), sequence(1), messages('pay'), { key: true })
      expect(keyed()).toMatchObject({ accepted: 1, duplicate: false })
      expect(keyed()).toMatchObject({ accepted: 0, duplicates: 1, duplicate: true })
      await world.clock.advance(1)
      await world.crash('a')
      expect(keyed()).toMatchObject({ duplicate: true })
      const darq = world.engine('a').darq('d')
      expect(code(() => darq.enqueue(id('key:2'), sequence(1), messages('a', 'b'), { key: true }))).toBe('bad_frame')
      await world.clock.advance(120_000)
      // It is forgotten when a snapshot is taken, which the log's growth brings about.
      for (let i = 1; i <= 400; i += 1) {
        darq.enqueue(id('p'), sequence(i), messages('x'.repeat(50)))
        await world.clock.advance(1)
      }
      expect(keyed()).toMatchObject({ accepted: 1, duplicate: false })
    })

    test('a producer that was idle for long is forgotten, and refused when it comes again', async () => {
      const world = new World(1, core)
      await world.host({
        name: 'a',
        limits: { log_bytes_max: 64 * 1024, producer_idle_ms: 60_000 },
        processor: () => new Consumer(),
      })
      const born_ms = world.clock.now_ms()
      const send = (first: number) => () =>
        world.engine('a').darq('d').enqueue(id('tab:1'), sequence(first), messages('x'), { born_ms })
      send(1)()
      await world.clock.advance(120_000)
      const darq = world.engine('a').darq('d')
      for (let i = 1; i <= 400; i += 1) {
        darq.enqueue(id('p'), sequence(i), messages('x'.repeat(50)))
        await world.clock.advance(1)
      }
      expect(code(send(1))).toBe('producer_expired')
      await world.crash('a')
      expect(code(send(2))).toBe('producer_expired')
      const young = world.engine('a').darq('d')
      const told = { born_ms: world.clock.now_ms() }
      expect(young.enqueue(id('tab:2'), sequence(1), messages('x'), told)).toMatchObject({ accepted: 1 })
      expect(young.expected(id('p'))).toBe(401)
    })

    test('a processor gets each message once, and its state outlives a crash', async () => {
      const world = new World(1, core)
      const recorder = new Recorder()
      await world.host({ name: 'a', processor: () => recorder })
      const darq = world.engine('a').darq('d')
      darq.enqueue(id('p'), sequence(1), messages('one', 'two', 'three'))
      await world.clock.advance(0)
      expect(recorder.seen).toEqual(['one', 'two', 'three'])
      expect(darq.waiting).toBe(0)
      await world.crash('a')
      world.engine('a').darq('d').enqueue(id('p'), sequence(3), messages('three', 'four'))
      await world.clock.advance(0)
      expect(recorder.seen).toEqual(['one', 'two', 'three', 'four'])
      expect(recorder.restored).toBe(2)
    })

    test('what is not durable is lost by a crash, and its receipts say so', async () => {
      const world = new World(1, core)
      const recorder = new Recorder()
      await world.host({ name: 'a', processor: () => recorder })
      const receipt = world.engine('a').darq('d').enqueue(id('p'), sequence(1), messages('one'))
      const reached = grades(receipt)
      await world.crash('a')
      await world.clock.advance(0)
      expect(reached).toEqual(['durable: closed', 'committed: closed'])
      expect(world.engine('a').darq('d').expected(id('p'))).toBe(1)
    })

    test('a step consumes each message once, something, and from the newest incarnation only', async () => {
      const world = new World(1, core)
      const darq = (await world.host({ name: 'a' })).darq('d')
      const old = darq.attach(new Recorder())
      const [lsn] = darq.enqueue(id('p'), sequence(1), messages('one')).lsns
      if (lsn === undefined) throw new Error('nothing was accepted')
      const silent = { restore() {}, deliver() {}, detached() {} }
      const attached = darq.attach(silent)
      expect(code(() => old.step({ consume: [lsn] }))).toBe('fenced')
      expect(code(() => attached.step({ consume: [] as never }))).toBe('step_empty')
      expect(code(() => attached.step({ consume: [lsn, lsn] }))).toBe('conflict')
      expect(code(() => attached.step({ consume: [(lsn + 8) as Lsn] }))).toBe('conflict')
      expect(code(() => attached.step({ consume: [3 as Lsn] }))).toBe('conflict')
      expect(darq.waiting).toBe(1)
      attached.step({ consume: [lsn], remember: ['state'] })
      expect(code(() => attached.step({ consume: [lsn] }))).toBe('conflict')
      expect(darq.waiting).toBe(0)
    })

    test('a newer owner of the storage fences the older one', async () => {
      const world = new World(1, core)
      const old = await world.host({ name: 'a' })
      const young = await world.open('a')
      expect(young.epoch).toBeGreaterThan(old.epoch)
      const reached = grades(old.darq('d').enqueue(id('p'), sequence(1), messages('late')))
      await world.clock.advance(0)
      expect(reached).toEqual(['durable: fenced', 'committed: fenced'])
      expect(await old.stopped).toMatchObject({ code: 'fenced' })
      expect(young.names).toEqual([])
    })

    test('closing commits what was accepted', async () => {
      const world = new World(1, core)
      const engine = await world.host({ name: 'a' })
      engine.darq('d').enqueue(id('p'), sequence(1), messages('one'))
      await engine.close()
      expect(await engine.stopped).toBeUndefined()
      expect(code(() => engine.darq('d'))).toBe('closed')
      expect((await world.open('a')).darq('d').waiting).toBe(1)
    })

    test('a message between two DARQs of one host arrives once, also across a crash', async () => {
      const world = new World(1, core)
      const recorders = new Map<string, Recorder>()
      const processor = (name: string) => {
        const recorder = new Recorder((seen) => (name === 'first' ? [{ to: 'second', bytes: `${seen}!` }] : []))
        recorders.set(name, recorder)
        return recorder
      }
      await world.host({ name: 'a', processor })
      world.engine('a').darq('first').enqueue(id('p'), sequence(1), messages('one', 'two'))
      await world.clock.advance(0)
      expect(recorders.get('second')?.seen).toEqual(['one!', 'two!'])
      await world.crash('a')
      world.engine('a').darq('first').enqueue(id('p'), sequence(3), messages('three'))
      await world.clock.advance(1000)
      expect(recorders.get('second')?.seen).toEqual(['one!', 'two!', 'three!'])
      expect(world.engine('a').darq('first').unacknowledged).toBe(0)
    })

    test('a timer sends when it is due, also when the host was gone meanwhile, and not when it was cancelled', async () => {
      const world = new World(1, core)
      let sender = new Recorder()
      const receiver = new Recorder()
      await world.host({ name: 'a', processor: (name) => (name === 'r' ? receiver : sender) })
      const darq = world.engine('a').darq('s')
      const [first, second] = darq.enqueue(id('p'), sequence(1), messages('x', 'y')).lsns
      if (first === undefined || second === undefined) throw new Error('nothing was accepted')
      const silent = { restore() {}, deliver() {}, detached() {} }
      const attached = darq.attach(silent)
      const due_ms = world.clock.now_ms() + 60_000
      const { sent } = attached.step({
        consume: [first],
        send: [
          { to: 'r', bytes: 'rings', due_ms },
          { to: 'r', bytes: 'cancelled', due_ms },
        ],
      })
      const cancelled = sent[1]
      if (cancelled === undefined) throw new Error('no timer')
      attached.step({ consume: [second, cancelled] })
      await world.clock.advance(1000)
      sender = new Recorder()
      await world.crash('a')
      await world.clock.advance(30_000)
      expect(receiver.seen).toEqual([])
      await world.clock.advance(30_000)
      expect(receiver.seen).toEqual(['rings'])
    })

    test('timers that are due at the same time ring in the order in which they were set, also after a crash', async () => {
      const world = new World(1, core)
      let self = new Recorder()
      await world.host({ name: 'a', processor: () => self })
      const darq = world.engine('a').darq('s')
      const attached = darq.attach({ restore() {}, deliver() {}, detached() {} })
      const [lsn] = darq.enqueue(id('p'), sequence(1), messages('x')).lsns
      if (lsn === undefined) throw new Error('nothing was accepted')
      const names = Array.from({ length: 20 }, (_, i) => `${i}`)
      const due_ms = world.clock.now_ms() + 60_000
      attached.step({ consume: [lsn], send: names.map((bytes) => ({ to: 's', bytes, due_ms })) })
      await world.clock.advance(1000)
      self = new Recorder()
      await world.crash('a')
      await world.clock.advance(60_000)
      expect(self.seen).toEqual(names)
      expect(world.engine('a').darq('s').waiting).toBe(0)
    })

    test('what a DARQ sends to itself is delivered under the LSN of its record, and needs no room in the log', async () => {
      const world = new World(1, core)
      const self = new Recorder()
      await world.host({ name: 'a' })
      const darq = world.engine('a').darq('s')
      const attached = darq.attach({ restore() {}, deliver() {}, detached() {} })
      const [lsn] = darq.enqueue(id('p'), sequence(1), messages('x')).lsns
      if (lsn === undefined) throw new Error('nothing was accepted')
      const before = world.engine('a').counts.messages_accepted
      const { sent } = attached.step({ consume: [lsn], send: [{ to: 's', bytes: 'echo' }] })
      darq.attach(self)
      await world.clock.advance(0)
      expect(self.seen).toEqual(['echo'])
      expect(sent).toHaveLength(1)
      expect(world.engine('a').counts.messages_accepted).toBe(before)
      expect(darq.unacknowledged).toBe(0)
    })

    test('a gated message waits until its step is committed', async () => {
      const world = new World(1, core)
      const receiver = new Recorder()
      await world.host({ name: 'a' })
      const darq = world.engine('a').darq('s')
      world.engine('a').darq('r').attach(receiver)
      const attached = darq.attach({ restore() {}, deliver() {}, detached() {} })
      const [lsn] = darq.enqueue(id('p'), sequence(1), messages('x')).lsns
      if (lsn === undefined) throw new Error('nothing was accepted')
      attached.step({ consume: [lsn], send: [{ to: 'r', bytes: 'effect', gate: 'committed' }] })
      expect(world.engine('a').darq('r').waiting).toBe(0)
      await world.clock.advance(0)
      expect(receiver.seen).toEqual(['effect'])
    })

    test('a processor that throws starts again from the log', async () => {
      const world = new World(1, core)
      let failures = 2
      const recorder = new Recorder((seen) => {
        if (seen === 'two' && failures-- > 0) throw new Error('thrown by the test')
        return []
      })
      await world.host({ name: 'a', processor: () => recorder })
      world
        .engine('a')
        .darq('d')
        .enqueue(id('p'), sequence(1), messages('one', 'two', 'three'))
      await world.clock.advance(1000)
      expect(recorder.seen).toEqual(['one', 'two', 'three'])
      expect(recorder.restored).toBe(3)
      expect(world.reports).toHaveLength(2)
    })
  })
