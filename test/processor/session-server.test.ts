import type { Lsn } from '@darq/runtime/engine'
import { remoteProcessor, streamPair } from '@darq/runtime/processor'
import { describe, expect, test } from 'vitest'
import { decodeFrame, encodeFrame } from '../../runtime-ts/src/processor/frame.ts'
import type { ProtocolMessage, Reference } from '../../runtime-ts/src/processor/protocol-message.ts'
import { type Fate, faultyMemory } from '../../runtime-ts/src/storage/memory-faults.ts'
import { fate, Puppet, Town } from './town.ts'

const resuming = { resume_ms: 10_000 }

async function attached(limits = {}): Promise<{ town: Town; puppet: Puppet }> {
  const town = await Town.open(limits)
  const puppet = new Puppet()
  town.keep(() => puppet)
  town.send('one', 'two', 'three')
  await town.pass(20)
  expect(puppet.got.map(({ seen }) => seen)).toEqual(['one', 'two', 'three'])
  return { town, puppet }
}

describe('a step from afar', () => {
  test('is accepted, then durable, then committed', async () => {
    const { town, puppet } = await attached()
    const receipt = puppet.step([puppet.lsn(0)], 'state')
    const accepted = fate(receipt.accepted)
    const durable = fate(receipt.durable)
    const committed = fate(receipt.committed)
    expect([accepted.now(), durable.now(), committed.now()]).toEqual(['open', 'open', 'open'])
    await town.pass(10)
    expect([accepted.now(), durable.now(), committed.now()]).toEqual(['kept', 'kept', 'kept'])
    expect(receipt.remembered[0]?.lsn).toBe((await receipt.accepted).remembered[0])
    expect(town.darq.waiting).toBe(2)
  })

  test('is not durable before the host says so', async () => {
    let written: (() => void) | undefined
    let slow = false
    const decide = () => (slow ? new Promise<Fate>((resolve) => (written = () => resolve('written'))) : 'written')
    const town = await Town.open({}, 1, faultyMemory({ fate: decide }))
    const puppet = new Puppet()
    town.keep(() => puppet)
    town.send('one')
    await town.pass(20)
    slow = true
    const receipt = puppet.step([puppet.lsn(0)], 'state')
    const accepted = fate(receipt.accepted)
    const durable = fate(receipt.durable)
    await town.pass(1_000)
    expect([accepted.now(), durable.now()]).toEqual(['kept', 'open'])
    written?.()
    await town.pass(10)
    expect(durable.now()).toBe('kept')
  })

  test('consumes what one before it writes, before that is answered', async () => {
    const { town, puppet } = await attached()
    const first = puppet.step([puppet.lsn(0)], 'a')
    const [state] = first.remembered
    if (state === undefined) throw new Error('nothing remembered')
    expect(state.lsn).toBeUndefined()
    const second = puppet.step([puppet.lsn(1), state], 'b')
    await town.pass(10)
    expect((await second.accepted).remembered).toHaveLength(1)
    const next = new Puppet()
    town.keep(() => next)
    await town.pass(20)
    expect(next.restored).toEqual(['b'])
  })

  test('that is refused takes those with it that consume what it writes, and no other', async () => {
    const { town, puppet } = await attached()
    const refused = puppet.step([puppet.lsn(0), puppet.lsn(0)], 'a')
    const [state] = refused.remembered
    if (state === undefined) throw new Error('nothing remembered')
    const dependent = fate(puppet.step([puppet.lsn(1), state], 'b').accepted)
    const other = fate(puppet.step([puppet.lsn(2)]).accepted)
    await town.pass(10)
    expect([fate(refused.accepted), dependent, other].map(({ now }) => now()).slice(1)).toEqual(['conflict', 'kept'])
    const late = fate(puppet.step([puppet.lsn(1), state], 'b').accepted)
    await town.pass(10)
    expect(late.now()).toBe('conflict')
    expect(town.darq.waiting).toBe(2)
  })

  test('cancels a timer that it has set', async () => {
    const { town, puppet } = await attached()
    const due_ms = town.world.clock.now_ms() + 60_000
    const record = { consume: [puppet.lsn(0)] as const, send: [{ to: 'd', bytes: 'ring', due_ms }] }
    const timer = puppet.attached?.step(record).sent[0]
    if (timer === undefined) throw new Error('no timer')
    const cancelled = fate(puppet.step([puppet.lsn(1), timer]).accepted)
    await town.pass(100_000)
    expect(cancelled.now()).toBe('kept')
    expect(puppet.got).toHaveLength(3)
  })

  test('past the limit of what is unanswered is refused at once, and may be tried again', async () => {
    const town = await Town.open()
    const puppet = new Puppet()
    town.keep(() => puppet, { limits: { steps_max: 1 } })
    town.send('one', 'two')
    await town.pass(20)
    puppet.step([puppet.lsn(0)])
    const refused = puppet.step([puppet.lsn(1)], 'never')
    await expect(refused.accepted).rejects.toMatchObject({ code: 'backpressure', retryable: true })
    await town.pass(10)
    await expect(puppet.attached?.answered()).resolves.toBeUndefined()
    puppet.step([puppet.lsn(1)], 'again')
    await town.pass(10)
    expect(town.darq.waiting).toBe(0)
    // What the refused one would have written is not what the next one, of the same number, has.
    const [never] = refused.remembered
    if (never === undefined) throw new Error('nothing remembered')
    await expect(puppet.step([never]).accepted).rejects.toMatchObject({ code: 'conflict' })
  })

  test('that consumes nothing, or is larger than a frame, is refused with a typed error', async () => {
    const town = await Town.open()
    const puppet = new Puppet()
    town.keep(() => puppet, { limits: { frame_bytes_max: 1_000 } })
    town.send('one')
    await town.pass(20)
    // What the types refuse may still come from plain JavaScript.
    const empty = puppet.step([] as unknown as Parameters<Puppet['step']>[0])
    await expect(empty.accepted).rejects.toMatchObject({ code: 'step_empty' })
    await expect(puppet.step([puppet.lsn(0)], 'x'.repeat(2_000)).accepted).rejects.toMatchObject({ code: 'too_large' })
    await town.pass(10)
    expect(town.darq.waiting).toBe(1)
  })
})

describe('an incarnation', () => {
  test('is fenced by a newer one: what it steps later is refused, however late it comes', async () => {
    const town = await Town.open()
    const pair = streamPair({ clock: town.world.clock, delay_ms: () => 50 })
    town.server.serve(pair.ends[0])
    const older = new Puppet()
    const hold = remoteProcessor(pair.ends[1], () => older, { clock: town.world.clock })
    town.send('one', 'two')
    await town.pass(300)
    const late = older.step([older.lsn(0)], 'stale')
    const newer = new Puppet()
    town.keep(() => newer)
    await town.pass(300)
    expect(newer.got).toHaveLength(2)
    await expect(late.accepted).rejects.toMatchObject({ code: 'fenced' })
    expect(older.over).toBe('fenced')
    await expect(hold.ended).resolves.toMatchObject({ code: 'fenced' })
    expect(newer.restored).toEqual([])
    expect(town.darq.waiting).toBe(2)
    expect(town.engine.counts.steps).toBe(0)
  })

  test('that was superseded while its stream was gone does not take the DARQ back', async () => {
    const { town, puppet } = await attached(resuming)
    town.pair?.cut()
    const newer = new Puppet()
    const pair = streamPair({ clock: town.world.clock })
    town.server.serve(pair.ends[0])
    remoteProcessor(pair.ends[1], () => newer, { clock: town.world.clock })
    await town.pass(2_000)
    expect(puppet.over).toBe('fenced')
    expect(newer.over).toBeUndefined()
    newer.step([newer.lsn(0)])
    await town.pass(10)
    expect(town.darq.waiting).toBe(2)
  })

  test('goes on over another stream, and a step that was under way is taken once and answered', async () => {
    const { town, puppet } = await attached(resuming)
    // The step arrives; its answer is lost with the stream.
    const receipt = puppet.step([puppet.lsn(0)], 'state')
    const accepted = fate(receipt.accepted)
    await town.pass(1)
    expect(town.engine.counts.steps).toBe(1)
    town.pair?.cut()
    await town.pass(1)
    const meanwhile = puppet.step([puppet.lsn(1), ...receipt.remembered], 'newer')
    expect(accepted.now()).toBe('open')
    await town.pass(1_000)
    expect(accepted.now()).toBe('kept')
    await expect(meanwhile.committed).resolves.toBeUndefined()
    expect(town.engine.counts.steps).toBe(2)
    expect(puppet.over).toBeUndefined()
    expect(puppet.got).toHaveLength(3)
    town.send('four')
    await town.pass(60_000)
    expect(puppet.got).toHaveLength(4)
    expect(puppet.over).toBeUndefined()
  })

  test('whose step was lost with the stream repeats it on the next', async () => {
    const { town, puppet } = await attached(resuming)
    const receipt = puppet.step([puppet.lsn(0)], 'state')
    town.pair?.cut()
    await town.pass(1)
    expect(town.engine.counts.steps).toBe(0)
    await town.pass(1_000)
    await expect(receipt.committed).resolves.toBeUndefined()
    expect(town.engine.counts.steps).toBe(1)
  })

  test('is over when its stream has been gone too long; the next one begins from the log', async () => {
    const town = await Town.open({ resume_ms: 50 })
    const puppets: Puppet[] = []
    const make = () => {
      puppets.push(new Puppet())
      return puppets.at(-1) ?? new Puppet()
    }
    town.keep(make, { limits: { retry_ms: 5_000 } })
    town.send('one', 'two')
    await town.pass(20)
    puppets[0]?.step([puppets[0].lsn(0)], 'state')
    await town.pass(20)
    town.pair?.cut()
    await town.pass(60_000)
    expect(puppets).toHaveLength(2)
    expect(puppets[0]?.over).toBe('unavailable')
    expect(puppets[1]?.restored).toEqual(['state'])
    expect(puppets[1]?.got.map(({ seen }) => seen)).toEqual(['two'])
  })

  test('whose stream dies without a word is noticed at both ends, and goes on over another', async () => {
    const { town, puppet } = await attached({ resume_ms: 60_000 })
    const dead = town.served
    town.pair?.mute()
    const receipt = puppet.step([puppet.lsn(0)])
    await town.pass(60_000)
    await expect(dead?.ended).resolves.toMatchObject({ code: 'timeout' })
    await expect(receipt.accepted).resolves.toBeDefined()
    expect(puppet.over).toBeUndefined()
  })

  test('of a crashed host is not gone on with at the next, whose LSNs mean something else', async () => {
    const town = await Town.open(resuming)
    const puppets: Puppet[] = []
    town.keep(() => {
      puppets.push(new Puppet())
      return puppets.at(-1) ?? new Puppet()
    })
    town.send('one', 'two')
    await town.pass(20)
    const kept = puppets[0]?.step([puppets[0].lsn(0)], 'state')
    await town.pass(20)
    await town.crash()
    const lost = puppets[0]?.step([puppets[0].lsn(1), ...(kept?.remembered ?? [])])
    await town.pass(5_000)
    await expect(lost?.accepted).rejects.toMatchObject({ code: 'closed', retryable: true })
    expect(puppets[1]?.restored).toEqual(['state'])
    const stale = kept?.remembered[0]
    if (stale === undefined) throw new Error('nothing remembered')
    await expect(puppets[1]?.step([stale]).accepted).rejects.toMatchObject({ code: 'conflict' })
  })

  test('is given its state: the checkpoint, self-messages and timers', async () => {
    const { town, puppet } = await attached()
    puppet.attached?.step({
      consume: [puppet.lsn(0)],
      remember: ['first', 'second'],
      checkpoint: 'all',
      send: [{ to: 'd', bytes: 'ring', due_ms: town.world.clock.now_ms() + 1e9 }],
    })
    await town.pass(10)
    const next = new Puppet()
    town.keep(() => next)
    await town.pass(10)
    expect(next.restored).toEqual(['checkpoint all', 'first', 'second', 'timer to d'])
  })

  test('ends when its processor detaches, and its last steps happen', async () => {
    const town = await Town.open()
    const puppet = new Puppet()
    const hold = town.keep(() => puppet)
    town.send('one')
    await town.pass(20)
    puppet.step([puppet.lsn(0)])
    puppet.attached?.detach()
    await town.pass(10)
    await expect(hold.ended).resolves.toBeUndefined()
    expect(town.darq.waiting).toBe(0)
    expect(puppet.over).toBe('closed')
  })
})

describe('a slow processor', () => {
  test('leaves what waits in the log, within its window of messages', async () => {
    const town = await Town.open({ window: { bytes: 1 << 20, messages: 5 }, batch_messages: 2 })
    const puppet = new Puppet()
    const { promise, resolve } = Promise.withResolvers<void>()
    puppet.gate = promise
    town.keep(() => puppet)
    town.send(...Array.from({ length: 1_000 }, (_, index) => `${index}`))
    await town.pass(1_000)
    expect(puppet.got).toHaveLength(2)
    expect(town.server.waiting).toBe(995)
    resolve()
    await town.pass(5_000)
    expect(puppet.got.map(({ seen }) => seen)).toEqual(Array.from({ length: 1_000 }, (_, index) => `${index}`))
    expect(town.server.waiting).toBe(0)
  })

  test('has a window of bytes, and a message larger than that comes alone', async () => {
    const town = await Town.open({ window: { bytes: 1_000, messages: 100 } })
    const puppet = new Puppet()
    const { promise, resolve } = Promise.withResolvers<void>()
    puppet.gate = promise
    town.keep(() => puppet)
    town.send('x'.repeat(5_000), ...Array.from({ length: 20 }, () => 'y'.repeat(300)))
    await town.pass(100)
    expect(puppet.got.map(({ seen }) => seen.length)).toEqual([5_000])
    expect(town.server.waiting).toBe(20)
    resolve()
    await town.pass(1_000)
    expect(puppet.got).toHaveLength(21)
  })

  test('that is hung is detached, one that has nothing to do is not', async () => {
    const { town, puppet } = await attached()
    await town.pass(600_000)
    expect(puppet.over).toBeUndefined()
    puppet.gate = new Promise(() => {})
    town.send('four')
    const hung = town.served
    await town.pass(100_000)
    await expect(hung?.ended).resolves.toMatchObject({ code: 'timeout' })
    expect(puppet.over).toBe('timeout')
  })
})

describe('a stranger', () => {
  /** Speaks frames of its own making. */
  async function stranger(limits = {}) {
    const town = await Town.open(limits)
    town.send('one')
    const pair = streamPair({ clock: town.world.clock })
    const served = town.server.serve(pair.ends[0])
    const heard: ProtocolMessage[] = []
    let ended = false
    let number = 0
    pair.ends[1].receive({
      frame: (bytes) => {
        const frame = decodeFrame(bytes, 1 << 20)
        number = Math.max(number, frame.number)
        heard.push(frame.message)
      },
      ended: () => {
        ended = true
      },
    })
    const send = (message: ProtocolMessage, number = 0, heard = 0) =>
      pair.ends[1].send(encodeFrame({ number, heard, message }, 1 << 20))
    return {
      town,
      served,
      send,
      greet: async () => {
        send(hello)
        await town.pass(1)
      },
      heard,
      ended: () => ended,
      numbers: () => number,
      raw: (bytes: Uint8Array) => pair.ends[1].send(bytes),
    }
  }
  const hello: ProtocolMessage = { type: 'hello', session: '', window: { bytes: 1_000, messages: 10 } }
  const credit: ProtocolMessage = { type: 'credit', bytes: 0, messages: 0 }
  const marks = { durable: 0 as Lsn, committed: 0 as Lsn }
  const step = (number: number): ProtocolMessage => ({
    type: 'step',
    step: number,
    consume: [],
    send: [],
    remember: [],
    checkpoint: undefined,
  })

  test.each<[string, (one: Awaited<ReturnType<typeof stranger>>) => void | Promise<void>, string]>([
    ['noise', ({ raw }) => raw(new Uint8Array(100)), 'bad_frame'],
    ['a frame over the limit', ({ raw }) => raw(new Uint8Array(5 << 20)), 'too_large'],
    ['a message before hello', ({ send }) => send(step(1), 1), 'bad_frame'],
    ['hello twice', ({ greet, send }) => greet().then(() => send(hello)), 'bad_frame'],
    ["a host's message", ({ greet, send }) => greet().then(() => send({ type: 'grades', ...marks }, 1)), 'bad_frame'],
    ['a gap between frames', ({ greet, send }) => greet().then(() => send(step(1), 2)), 'bad_frame'],
    ['a gap between steps', ({ greet, send }) => greet().then(() => send(step(2), 1)), 'bad_frame'],
    ['thanks for nothing', ({ greet, send }) => greet().then(() => send({ type: 'beat' }, 0, 99)), 'bad_frame'],
    ['credit for nothing', ({ greet, send }) => greet().then(() => send({ ...credit, messages: 9 }, 1)), 'bad_frame'],
  ])('that says %s is refused, told why, and put out', async (_name, speak, code) => {
    const one = await stranger()
    await speak(one)
    await one.town.pass(10)
    expect(one.heard.filter(({ type }) => type === 'refused')).toMatchObject([{ error: { code } }])
    expect(one.ended()).toBe(true)
    await expect(one.served.ended).resolves.toMatchObject({ code })
    expect(one.town.darq.waiting).toBe(1)
    expect(one.town.engine.counts.steps).toBe(0)
  })

  test('that says nothing is put out after a while', async () => {
    const one = await stranger()
    await one.town.pass(60_000)
    expect(one.ended()).toBe(true)
  })

  test('that repeats a step under a new frame gets the first answer again', async () => {
    const one = await stranger()
    one.send(hello)
    await one.town.pass(1)
    const delivered = one.heard.find((message) => message.type === 'delivered')
    const lsn = delivered?.messages[0]?.lsn
    if (lsn === undefined) throw new Error('nothing was delivered')
    const message: ProtocolMessage = {
      type: 'step',
      step: 1,
      consume: [lsn],
      send: [],
      remember: [],
      checkpoint: undefined,
    }
    one.send(message, 1)
    one.send(message, 1)
    one.send(message, 2)
    await one.town.pass(1)
    const answers = one.heard.filter(({ type }) => type === 'accepted')
    expect(answers).toHaveLength(2)
    expect(answers[0]).toEqual(answers[1])
    expect(one.town.engine.counts.steps).toBe(1)
  })

  test('may refer to a step until it has heard the answer, and not later', async () => {
    const one = await stranger()
    one.town.send('two', 'three')
    await one.greet()
    const lsns = one.heard.flatMap((message) =>
      message.type === 'delivered' ? message.messages.map(({ lsn }) => lsn) : [],
    )
    const [first, second, third] = lsns
    if (first === undefined || second === undefined || third === undefined) throw new Error('three were sent')
    const state = new Uint8Array([1])
    const stepOf = (number: number, consume: readonly Reference[]): ProtocolMessage => ({
      type: 'step',
      step: number,
      consume,
      send: [],
      remember: [state],
      checkpoint: undefined,
    })
    one.send(stepOf(1, [first]), 1)
    one.send(stepOf(2, [second, { step: 1, part: 'remembered', index: 0 }]), 2)
    await one.town.pass(1)
    expect(one.heard.filter(({ type }) => type === 'accepted')).toHaveLength(2)
    one.send(stepOf(3, [third, { step: 2, part: 'remembered', index: 0 }]), 3, one.numbers())
    await one.town.pass(1)
    expect(one.heard.filter(({ type }) => type === 'rejected')).toMatchObject([{ error: { code: 'conflict' } }])
  })

  test('that consumes what it was not given yet is not given it later', async () => {
    const one = await stranger()
    one.town.send('two')
    one.send({ ...hello, window: { bytes: 1_000, messages: 1 } })
    await one.town.pass(1)
    const delivered = one.heard.filter((message) => message.type === 'delivered')
    const lsn = delivered[0]?.messages[0]?.lsn
    if (lsn === undefined) throw new Error('nothing was delivered')
    const { accepted } = one.town.darq.grades
    const next = Array.from({ length: accepted / 8 }, (_, index) => (index * 8) as Lsn).filter((at) => at > lsn)
    for (const [index, at] of next.entries())
      one.send({ ...step(index + 1), consume: [at] } as ProtocolMessage, index + 1)
    await one.town.pass(1)
    expect(one.heard.filter(({ type }) => type === 'accepted')).toHaveLength(1)
    one.send({ ...credit, bytes: 67, messages: 1 }, next.length + 1)
    await one.town.pass(1)
    expect(one.heard.filter(({ type }) => type === 'delivered')).toHaveLength(1)
    expect(one.ended()).toBe(false)
  })

  test('that steps before it has its state is put out', async () => {
    const one = await stranger()
    const puppet = new Puppet()
    one.town.keep(() => puppet)
    await one.town.pass(20)
    puppet.attached?.step({ consume: [puppet.lsn(0)], remember: ['a', 'b', 'c'] })
    await one.town.pass(20)
    one.send({ ...hello, window: { bytes: 1_000, messages: 1 } })
    await one.town.pass(1)
    expect(one.heard.filter(({ type }) => type === 'restored')).toHaveLength(1)
    one.send(step(1), 1)
    await one.town.pass(1)
    expect(one.heard.filter(({ type }) => type === 'refused')).toMatchObject([{ error: { code: 'bad_frame' } }])
  })

  test('that never says what it has heard is put out before it fills the host', async () => {
    const one = await stranger({ unheard_bytes_max: 2_000 })
    one.send(hello)
    for (let number = 1; number <= 100; number += 1) one.send(step(number), number)
    await one.town.pass(10)
    expect(one.heard.filter(({ type }) => type === 'refused')).toMatchObject([{ error: { code: 'backpressure' } }])
    expect(one.heard.filter(({ type }) => type === 'rejected').length).toBeLessThan(40)
  })
})
