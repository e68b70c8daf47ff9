/**
 * Random histories on both implementations: what is committed in the end is the same, also when the hosts are closed and
 * opened in between.
 *
 * @module
 */
import { address, answer, call, type Host, type Message, participant, query, refuse, table, value } from '@darq/runtime'
import fc from 'fast-check'
import * as v from 'valibot'
import { expect, test } from 'vitest'
import { content } from '../../runtime-ts/src/crest/define/address.ts'
import { both, type Implementation, World } from './world.ts'

const Text = v.picklist(['a', 'b', 'c'])
const Shop = address('shop/*', {
  put: v.object({ key: Text, n: v.number() }),
  take: Text,
  rename: v.string(),
  pass: v.object({ to: v.string(), key: Text }),
  spoil: v.object({ key: Text, refuses: v.boolean() }),
  need: v.object({ key: Text }),
  remind: v.object({ key: Text, after_ms: v.number(), named: v.boolean() }),
  forget: Text,
  order: v.object({ from: v.string(), key: Text, waits: v.boolean() }),
  sell: call(v.object({ key: Text, waits: v.boolean() }), v.number()),
  settle: Text,
  tally: v.number(),
  look: query(v.unknown()),
})

const shop = participant(Shop, {
  state: {
    name: '',
    count: 0,
    bill: value(v.object({ sold: v.number(), bought: v.record(v.string(), v.number()) }), { sold: 0, bought: {} }),
    stock: table(v.number()),
    tallies: table(v.number()),
  },
  own: {
    reminded: v.object({ key: Text }),
    bought: answer(Shop.sell, v.object({ key: Text })),
  },
  on: {
    put(step, { key, n }) {
      step.state.stock.update(key, (old = 0) => old + n)
      step.state.count += 1
      step.release(key)
    },
    take: (step, key) => step.state.stock.delete(key),
    rename(step, name) {
      step.state.name = name
    },
    pass(step, { to, key }) {
      const n = step.state.stock.get(key)
      if (n === undefined) return
      step.state.stock.delete(key)
      step.send(Shop.put(to, { key, n }))
    },
    spoil(step, { key, refuses }) {
      step.state.stock.set(key, -1_000)
      step.state.count = -1
      step.send(Shop.put(step.key, { key, n: -1_000 }))
      if (refuses) refuse('spoiled', { key })
      throw new Error('spoiled')
    },
    need(step, { key }) {
      if (!step.state.stock.has(key)) return step.hold(key)
      step.state.stock.update(key, (old = 0) => old - 1)
    },
    remind(step, { key, after_ms, named }) {
      step.send(step.own.reminded({ key }), { at: step.now_ms + after_ms, ...(named && { timer: key }) })
    },
    forget: (step, key) => step.cancel(key),
    order(step, { from, key, waits }) {
      step.call(Shop.sell(from, { key, waits }), step.own.bought({ key }), waits ? { timeout: '3 seconds' } : {})
    },
    sell(step, { key, waits }) {
      if (waits) return step.later(key)
      const n = step.state.stock.get(key)
      if (n === undefined) refuse('sold out')
      step.state.stock.delete(key)
      step.state.bill = { ...step.state.bill, sold: step.state.bill.sold + n }
      return n
    },
    settle: (step, key) => step.answer(Shop.sell, key, 7),
    tally: {
      batch: 3,
      wait: '20 ms',
      run(step, all) {
        // How they are gathered is nobody's business; what comes of it is.
        for (const n of all) step.state.tallies.update(`${n % 2}`, (old = 0) => old + n)
      },
    },
    reminded(step, { key }) {
      step.state.stock.update(key, (old = 0) => old + 10_000)
    },
    bought(step, bought, { key }) {
      const { bill } = step.state
      const outcome = bought.ok ? `${key}` : `${key} ${bought.error.code}`
      const n = (bill.bought[outcome] ?? 0) + (bought.ok ? bought.value : 1)
      step.state.bill = { ...bill, bought: { ...bill.bought, [outcome]: n } }
    },
    look: ({ state }) => ({
      name: state.name,
      count: state.count,
      bill: state.bill,
      stock: Object.fromEntries(state.stock.entries()),
      tallies: Object.fromEntries(state.tallies.entries()),
    }),
  },
  retry: { attempts_max: 2, backoff: '10 ms', backoff_max: '10 ms' },
})

const shops = ['x', 'y', 'z']
type Command =
  | { readonly do: 'send'; readonly message: Message<'send'> }
  /** Several at once, whose order with what they bring about doesn't matter. */
  | { readonly do: 'burst'; readonly messages: readonly Message<'send'>[] }
  | { readonly do: 'pass'; readonly span_ms: number }
  | { readonly do: 'reopen' }

const at = fc.constantFrom(...shops)
const key = fc.constantFrom('a', 'b', 'c') as fc.Arbitrary<'a' | 'b' | 'c'>
const n = fc.integer({ min: 1, max: 9 })
const flag = fc.boolean()
const put = fc.record({ at, key, n }).map(({ at, ...body }) => Shop.put(at, body))
const rename = fc.tuple(at, fc.string()).map(([at, name]) => Shop.rename(at, name))
const spoil = fc.record({ at, key, refuses: flag }).map(({ at, ...body }) => Shop.spoil(at, body))
const tally = fc.tuple(at, n).map(([at, n]) => Shop.tally(at, n))
const message: fc.Arbitrary<Message<'send'>> = fc.oneof(
  { weight: 5, arbitrary: put },
  rename,
  spoil,
  tally,
  fc.tuple(at, key).map(([at, key]) => Shop.take(at, key)),
  fc.record({ at, to: at, key }).map(({ at, ...body }) => Shop.pass(at, body)),
  fc.record({ at, key }).map(({ at, ...body }) => Shop.need(at, body)),
  fc
    .record({ at, key, after_ms: fc.constantFrom(0, 5, 500, 5_000), named: flag })
    .map(({ at, ...body }) => Shop.remind(at, body)),
  fc.tuple(at, key).map(([at, key]) => Shop.forget(at, key)),
  fc.record({ at, from: at, key, waits: flag }).map(({ at, ...body }) => Shop.order(at, body)),
  fc.tuple(at, key).map(([at, key]) => Shop.settle(at, key)),
)
const command: fc.Arbitrary<Command> = fc.oneof(
  { weight: 12, arbitrary: message.map((message): Command => ({ do: 'send', message })) },
  {
    weight: 2,
    arbitrary: fc
      .array(fc.oneof(put, rename, spoil, tally), { minLength: 2, maxLength: 20 })
      .map((messages): Command => ({ do: 'burst', messages })),
  },
  { weight: 3, arbitrary: fc.constantFrom(1, 100, 4_000).map((span_ms): Command => ({ do: 'pass', span_ms })) },
  { weight: 1, arbitrary: fc.constant<Command>({ do: 'reopen' }) },
)

/** One after the other, mostly: what may happen at the same time may happen in any order, and both are right. */
async function run(implementation: Implementation, commands: readonly Command[]): Promise<unknown> {
  // They ask for chance at different times; pauses before a retry must be the same all the same.
  await using world = new World(implementation, () => 0.5)
  let host = await world.open(shop)
  for (const command of commands) {
    if (command.do === 'pass') await world.pass(command.span_ms)
    else if (command.do === 'reopen') {
      await host.close()
      host = await world.open(shop)
      await world.pass(1)
    } else {
      const messages = command.do === 'send' ? [command.message] : command.messages
      const living = host
      await Promise.all(messages.map((message) => living.send(message).committed))
      await world.pass(1)
    }
  }
  await world.pass(60_000)
  return Object.fromEntries(await Promise.all(shops.map(async (name) => [name, await outcome(host, name)] as const)))
}

async function outcome(host: Host, name: string): Promise<unknown> {
  const inspect = host.inspect(`shop/${name}`)
  const letters = await inspect.deadLetters()
  return {
    state: await host.query(Shop.look(name)),
    pending: await inspect.pending(),
    deadLetters: letters
      .map(({ name, error: { code, facts }, attempts }) => JSON.stringify({ name, code, facts, attempts }))
      .sort(),
  }
}

/** For people, when it fails. */
function describe(commands: readonly Command[]): string {
  const lines = commands.map((command) => {
    if (command.do === 'send') return describeMessage(command.message)
    return command.do === 'burst'
      ? `at once: ${command.messages.map(describeMessage).join(', ')}`
      : JSON.stringify(command)
  })
  return ['', ...lines, ''].join('\n')
}

function describeMessage(message: Message<'send'>): string {
  return `${message.to} ${message.name} ${JSON.stringify(message[content].body)}`
}

test('the same messages come to the same outcome on both', { timeout: 120_000 }, async () => {
  const reached = new Map<string, number>()
  await fc.assert(
    fc.asyncProperty(fc.array(command, { minLength: 1, maxLength: 40 }), async (commands) => {
      const [first, second] = both
      if (first === undefined || second === undefined) throw new Error('two implementations')
      const outcome = await run(first, commands)
      expect(await run(second, commands), describe(commands)).toEqual(outcome)
      const text = JSON.stringify(outcome)
      for (const sign of ['timeout', 'app:spoiled', 'app:sold out', 'conflict', 'handler_failed', '"pending":1'])
        if (text.includes(sign)) reached.set(sign, (reached.get(sign) ?? 0) + 1)
    }),
    { numRuns: Number(process.env.RUNS ?? 150), seed: Number(process.env.SEED ?? 7) },
  )
  // A run in which a kind of ending never came up would not say much.
  for (const sign of ['timeout', 'app:spoiled', 'app:sold out', 'conflict', 'handler_failed', '"pending":1'])
    expect(reached.get(sign) ?? 0, sign).toBeGreaterThan(0)
})
