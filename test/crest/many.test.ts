/** @module One message that carries many bodies, on both implementations. */
import { address, effects, type Message, type Participant, participant, query, version } from '@darq/runtime'
import fc from 'fast-check'
import * as v from 'valibot'
import { expect, test } from 'vitest'
import { content } from '../../runtime-ts/src/crest/define/address.ts'
import { bodies_max, decodeEnvelope, encodeEnvelope, envelopeName } from '../../runtime-ts/src/crest/wire/envelope.ts'
import { encodePlainBytes } from '../../runtime-ts/src/crest/wire/plain.ts'
import { both, World } from '../transactional/world.ts'

const Euros = version(2, v.object({ cents: v.number() })).from(1, v.object({ euros: v.number() }), ({ euros }) => ({
  cents: euros * 100,
}))
const Till = address('till', {
  one: v.number(),
  batched: v.number(),
  keyed: v.number(),
  paid: Euros,
  look: query(v.any()),
})
const Tills = address('till/*', { one: v.number() })

interface Seen {
  readonly ones: number[]
  readonly batches: (readonly number[])[]
}

function till(seen: Seen, poison = Number.NaN): Participant {
  return participant(Till, {
    state: { sum: 0, steps: 0 },
    on: {
      one(step, n) {
        seen.ones.push(n)
        if (n === poison) throw new Error('poison')
        step.state.sum += n
      },
      batched: {
        batch: 4,
        run(step, bodies) {
          seen.batches.push([...bodies])
          if (bodies.includes(poison)) throw new Error('poison')
          for (const n of bodies) step.state.sum += n
        },
      },
      keyed: {
        batch: 2,
        by: (n) => `${n % 2}`,
        run(step, bodies) {
          seen.batches.push([...bodies])
          for (const n of bodies) step.state.sum += n
        },
      },
      paid(step, { cents }) {
        step.state.sum += cents
      },
      look: (read) => read.state.sum,
    },
    retry: { attempts_max: 2 },
  })
}

const nothing = (): Seen => ({ ones: [], batches: [] })

test.each(both)('$name: a handler runs once for each body, in order, in one step', async (implementation) => {
  await using world = new World(implementation)
  const seen = nothing()
  const host = await world.open(till(seen))
  await host.send(Till.one.many([1, 2, 3])).committed
  await world.pass(1)
  expect(seen.ones).toEqual([1, 2, 3])
  expect(await host.query(Till.look())).toBe(6)
  expect((await host.inspect('till').counts()).steps).toBe(1)
})

test.each(both)('$name: a batch handler is given all bodies, and they count as so many', async (implementation) => {
  await using world = new World(implementation)
  const seen = nothing()
  const host = await world.open(till(seen))
  const sent = [Till.batched(1), Till.batched.many([2, 3, 4, 5, 6]), Till.batched(7)].map((one) => host.send(one))
  await Promise.all(sent.map(({ committed }) => committed))
  await world.pass(1)
  expect(seen.batches).toEqual([[1, 2, 3, 4, 5, 6], [7]])
})

test.each(both)('$name: bodies that a key puts into different batches are still one step', async (implementation) => {
  await using world = new World(implementation)
  const seen = nothing()
  const host = await world.open(till(seen))
  await host.send(Till.keyed.many([1, 2, 3, 4])).committed
  await world.pass(1)
  expect(seen.batches).toEqual([
    [1, 3],
    [2, 4],
  ])
  expect((await host.inspect('till').counts()).steps).toBe(1)
})

test.each(both)('$name: one body that throws undoes them all, and all are set aside', async (implementation) => {
  await using world = new World(implementation)
  const host = await world.open(till(nothing(), 2))
  await host.send(Till.one.many([1, 2, 3])).committed
  await host.send(Till.batched.many([1, 2, 3])).committed
  await host.send(Till.one.many([10])).committed
  await world.pass(60_000)
  expect(await host.query(Till.look())).toBe(10)
  const letters = await host.inspect('till').deadLetters()
  expect(letters.map(({ name }) => name).sort()).toEqual(['batched', 'one'])
  // Queued again, they are still many.
  await host.close()
  const mended = await world.open(till(nothing()))
  for (const { id } of letters) await mended.inspect('till').requeue(id)
  await world.pass(60_000)
  expect(await mended.query(Till.look())).toBe(22)
})

test.each(both)('$name: each body is checked before any is taken, and the error says which', async (implementation) => {
  await using world = new World(implementation)
  const host = await world.open(till(nothing()))
  const wrong: unknown[] = [1, 'two', 3]
  const message: Message<'send'> = {
    to: 'till',
    name: 'one',
    [content]: { ...Till.one(0)[content], body: wrong, many: true },
  }
  await expect(host.send(message).committed).rejects.toMatchObject({ code: 'schema', facts: { body: 1 } })
  await world.pass(1)
  expect(await host.query(Till.look())).toBe(0)
})

test.each(both)('$name: bodies carry the version of their schema', async (implementation) => {
  await using world = new World(implementation)
  const host = await world.open(till(nothing()))
  await host.send(Till.paid.many([{ cents: 1 }, { cents: 2 }])).committed
  const old = { kind: 'send', body: [{ euros: 1 }, { euros: 2 }], input: undefined, output: undefined } as const
  await host.send({ to: 'till', name: 'paid', [content]: { ...old, own: false, many: true } }).committed
  await world.pass(1)
  expect(await host.query(Till.look())).toBe(303)
})

test('none is refused, and so are too many, by whoever sends them', () => {
  expect(() => encodeEnvelope({ name: 'one', body: [], version: 0, many: true })).toThrow(
    expect.objectContaining({ code: 'invalid_argument' }),
  )
  const body = Array.from({ length: bodies_max + 1 }, () => 1)
  expect(() => encodeEnvelope({ name: 'one', body, version: 0, many: true })).toThrow(
    expect.objectContaining({ code: 'too_large' }),
  )
})

test.each([
  [[], 'many'],
  [Array.from({ length: bodies_max + 1 }, () => 1), 'many'],
  [{ 0: 1 }, 'many'],
  [[1], 'more'],
])('of a stranger, %j as %j is no envelope', (body, mark) => {
  const bytes = encodePlainBytes(['one', body, 0, {}, mark])
  expect(() => decodeEnvelope(bytes)).toThrow(expect.objectContaining({ code: 'bad_frame' }))
})

test('a name is read without its bodies, and is the name that they are read with', () => {
  fc.assert(
    fc.property(
      fc.string({ unit: 'binary', minLength: 1 }),
      fc.array(fc.jsonValue({ maxDepth: 1 }), { minLength: 1, maxLength: 3 }),
      (name, bodies) => {
        for (const draft of [
          { name, body: bodies, version: 0, many: true as const },
          { name, body: bodies[0], version: 1 },
        ]) {
          const payload = encodeEnvelope(draft)
          const bytes = typeof payload === 'string' ? new TextEncoder().encode(payload) : payload
          expect(envelopeName(bytes)).toBe(decodeEnvelope(bytes).name)
        }
      },
    ),
  )
  const odd = encodePlainBytes(['one', new Uint8Array(3)])
  expect(envelopeName(odd)).toBe('one')
  expect(() => envelopeName(encodePlainBytes([1]))).toThrow(expect.objectContaining({ code: 'bad_frame' }))
  expect(() => envelopeName(new Uint8Array([0x4a, 0x5b, 0x22, 0x61]))).toThrow(
    expect.objectContaining({ code: 'bad_frame' }),
  )
})

test('many bodies come back as they were', () => {
  fc.assert(
    fc.property(fc.array(fc.jsonValue(), { minLength: 1, maxLength: 20 }), fc.nat(3), (bodies, version) => {
      const payload = encodeEnvelope({ name: 'one', body: bodies, version, many: true })
      const bytes = typeof payload === 'string' ? new TextEncoder().encode(payload) : payload
      expect(decodeEnvelope(bytes)).toEqual({ name: 'one', body: bodies, version, many: true })
    }),
  )
})

test('an effect takes one body at a time', async () => {
  for (const implementation of both) {
    await using world = new World(implementation)
    const host = await world.open(effects(Tills, { one: async () => {} }))
    await expect(host.send(Tills.one.many('a', [1, 2])).committed).rejects.toMatchObject({ code: 'schema' })
  }
})

test('a participant may be handed over as several', async () => {
  for (const implementation of both) {
    await using world = new World(implementation)
    const seen = nothing()
    const family = participant(Tills, { on: { one: (step, n) => step.send(Till.one(n)) } })
    const main = till(seen)
    const host = await world.open({ ...main, name: 'till', parts: [main, family] }, family)
    await host.send(Tills.one.many('a', [1, 2])).committed
    await world.pass(1)
    expect(seen.ones).toEqual([1, 2])
  }
})

test('a maker names its address', () => {
  expect([Till.one.address, Tills.one.address]).toEqual(['till', 'till/*'])
})
