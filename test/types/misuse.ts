/**
 * What the types must refuse. Checked by the compiler: an expected error that doesn't come is one itself. Numbered as in the
 * API's documentation; 41 to 50 concern workflows and streams.
 *
 * @module
 */
// biome-ignore-all format: an expected error stands right below its number
// biome-ignore-all assist/source/organizeImports: nor are these lines in need of order
import { address, answer, call, effects, participant, query, table, value, version, connect } from '@darq/runtime'
import type { openEngine, Delivered, Attached } from '@darq/runtime/engine'
import { memory } from '@darq/runtime/storage'
import { feed, mean, session, stream, tumbling } from '@darq/runtime/stream'
import { control, instances, workflow } from '@darq/runtime/workflow'
import { darq } from '@darq/edge'
import * as v from 'valibot'
import { Account, Payments, Teller, Transfer } from '../examples/bank.address.ts'
import { Checkout, Stock } from '../apps/checkout.ts'
import { Flights, Totals } from '../examples/flights.address.ts'

const client = connect('https://edge.example/darq')

// --- addresses and messages
// @ts-expect-error 1 no such message at this address
Account.refund('bob', { cents: 1 })
// @ts-expect-error 2 wrong body
Account.deposit('bob', { euros: 1 })
// @ts-expect-error 3 a family needs a key
Account.deposit({ cents: 1 })
// @ts-expect-error 4 a single address takes none
Teller.transfer('key', { id: '1', from: 'a', to: 'b', cents: 1 })
const Bad = address('bad', { run: v.custom<{ done: () => void }>(() => true), big: v.bigint() })
// @ts-expect-error 5 functions don't travel
Bad.run({ done() {} })
// @ts-expect-error 6 nor do bigints
Bad.big(1n)
// @ts-expect-error 7 a version given twice
version(2, v.number()).from(2, v.string(), Number)
// @ts-expect-error 8 an upgrade must produce the current shape
version(2, v.number()).from(1, v.string(), (old) => old)

// --- clients
// @ts-expect-error 9 a call's answer would be dropped
client.send(Teller.transfer({ id: '1', from: 'a', to: 'b', cents: 1 }))
// @ts-expect-error 10 a send has no answer
client.call(Account.deposit('bob', { cents: 1 }))
// @ts-expect-error 11 a query is not a call
client.call(Account.balance('bob'))
// @ts-expect-error 12 a receipt is not a promise: say which grade you wait for
client.send(Account.deposit('bob', { cents: 1 })).then(() => 'saved')
// @ts-expect-error 59 each call has an answer of its own: there is no message with many
Account.withdraw.many('bob', [{ cents: 1 }])
// @ts-expect-error 60 one of many bodies is wrong
Account.deposit.many('bob', [{ cents: 1 }, { euros: 1 }])
// @ts-expect-error 13 no such grade
client.query(Account.balance('bob'), { grade: 'saved' })
for await (const view of client.watch(Account.balance('bob'))) {
  // @ts-expect-error 14 a withdrawn view has no value: look at the grade first
  console.log(view.value)
}
// @ts-expect-error 15 no such unit
client.call(Account.withdraw('bob', { cents: 1 }), { timeout: '2 dyas' })

// --- steps
const A = address('a/*', { go: v.object({ n: v.number() }), ask: call(v.number(), v.string()), look: query(v.number()) })
const own = { paid: answer(Payments.payOut, Transfer), tick: v.object({ day: v.string() }) }
const ok = { ask: () => 'x', look: () => 1, paid() {}, tick() {} }
const state = { n: 0, list: value(v.array(v.string()), []), held: table(v.number()) }

participant(A, { state, own, on: { ...ok,
  // @ts-expect-error 16 a step is synchronous: no effect can be awaited in it
  async go(step) { await fetch('https://x'); step.state.n = 1 } } })
participant(A, { state, own, on: { ...ok,
  // @ts-expect-error 17 nor returned
  go: () => fetch('https://x') } })
participant(A, { state, own, on: { ...ok,
  // @ts-expect-error 18 an async answer
  ask: async () => 'x', go() {} } })
participant(A, { state, own, on: { ...ok, go(step) {
  // @ts-expect-error 19 a gated effect's answer is a later message, not a value here
  const _paid = step.call(Payments.payOut({ iban: 'x', cents: 1 }), step.own.paid({ id: '', from: '', to: '', cents: 1 })).reference
  // @ts-expect-error 20 an answer must go somewhere
  step.call(Payments.payOut({ iban: 'x', cents: 1 }))
  // @ts-expect-error 21 this call is answered with something else
  step.call(Account.withdraw('a', { cents: 1 }), step.own.paid({ id: '', from: '', to: '', cents: 1 }))
  // @ts-expect-error 22 the note has a shape
  step.own.paid({ order: 1 })
  // @ts-expect-error 23 a call is not a send
  step.send(Account.withdraw('a', { cents: 1 }))
  // @ts-expect-error 24 a step doesn't query: others' state is not part of it
  step.query(Account.balance('a'))
  // @ts-expect-error 25 state is assigned, not mutated in its depth
  step.state.list.push('x')
  // @ts-expect-error 26 no such state
  step.state.m = 1
  // @ts-expect-error 27 wrong type of state
  step.state.n = 'x'
  // @ts-expect-error 28 a table is not replaced
  step.state.held = new Map()
  // @ts-expect-error 29 wrong type of answer
  step.answer(A.ask, 'key', 1)
  // @ts-expect-error 30 one-way messages have no one to answer later
  return step.later('key')
} } })
participant(A, { state, own, on: { ...ok, go(_step, body) {
  // @ts-expect-error 31 a message is read only
  body.n = 2
} } })
participant(A, { state, own, on: { ...ok, go() {},
  // @ts-expect-error 32 a query can't change state
  look(read) { read.state.n = 1; return 1 } } })
participant(A, { state, own, on: { ...ok, go() {},
  // @ts-expect-error 33 wrong type of answer
  ask: () => 1 } })
participant(A, { state, own, on: { ...ok, go() {},
  // @ts-expect-error 34 no such message
  gone() {} } })
// @ts-expect-error 35 a message without a handler
participant(A, { state, own, on: { ask: () => 'x', look: () => 1, paid() {}, tick() {} } })
// @ts-expect-error 36 what has parts needs a schema
participant(A, { state: { list: [] }, on: { go() {}, ask: () => 'x', look: () => 1 } })
participant(A, { state, own, on: { ...ok, go() {},
  paid(_step, answer) {
    // @ts-expect-error 37 a call can fail: look at ok first
    answer.value.reference
  } } })
participant(A, { state, own, on: { ...ok,
  // @ts-expect-error 38 a batch is one step too
  go: { batch: 10, async run() {} } } })

// --- effects
effects(Payments, {
  // @ts-expect-error 39 an effect has no state and sends nothing
  async payOut(_body, run) { run.send(Account.deposit('a', { cents: 1 })); return { reference: '' } } })
// @ts-expect-error 40 an effect answers what its address promises
effects(Payments, { payOut: async () => ({ ref: 1 }) })

// --- workflows
// @ts-expect-error 41 a workflow's address needs `start`
workflow(Stock, async () => {})
workflow(Checkout, async (flow, order) => {
  // @ts-expect-error 42 no such message
  await flow.receive('aproval')
  // @ts-expect-error 43 a timed receive may bring nothing
  ;(await flow.receive('approval', { timeout: '1 day' })).granted
  // @ts-expect-error 44 not one of the phases
  flow.show('phase', 'lost')
  // @ts-expect-error 45 a step is synchronous here too
  await flow.step(async () => { await flow.sleep('1 day') })
  // @ts-expect-error 46 an effect's result is journaled: it must travel
  await flow.effect('socket', async () => new WebSocket('wss://x'))
  // @ts-expect-error 80 nor does a function
  await flow.effect('function', async () => () => 1)
  // @ts-expect-error 81 a call has an answer: it isn't sent
  await flow.send(Stock.reserve(order.sku, { count: 1 }))
  // @ts-expect-error 82 what is sent has none
  await flow.call(Stock.release(order.sku, { hold: '' }))
  // @ts-expect-error 83 a query is not a call: others' state is not journaled
  await flow.call(Stock.left(order.sku))
  // @ts-expect-error 84 an answer is read only
  ;(await flow.call(Stock.reserve(order.sku, { count: 1 }))).cents = 0
  // @ts-expect-error 85 nor is the input anybody's to change
  order.count = 0
  // @ts-expect-error 86 a start is no message that it could receive
  await flow.receive('start')
  // @ts-expect-error 87 a query shows, it is not received
  await flow.receive('phase')
  // @ts-expect-error 88 an undo is awaited
  flow.undo('release', () => {})
  // @ts-expect-error 89 no such unit
  await flow.sleep('2 dyas')
  // @ts-expect-error 90 another run takes the same input
  if (order.count > 9) flow.continueAsNew({ sku: order.sku })
  // @ts-expect-error 91 a step of a flow sends; it has no state
  await flow.step((step) => { step.state.count = 1 })
  return { receipt: '' }
})
// @ts-expect-error 92 it comes to what its address promises
workflow(Checkout, async () => ({ reciept: '' }))
// @ts-expect-error 93 it takes its time
workflow(Checkout, () => ({ receipt: '' }))
// @ts-expect-error 94 only workflows are looked after
control(Stock)
// @ts-expect-error 95 only they have instances
instances(client, Stock)
// @ts-expect-error 96 no such status
instances(client, Checkout, 'lost')

// --- streams
// @ts-expect-error 47 a window needs a key
stream(Flights.flight).window(tumbling('1 hour', () => 0))
// @ts-expect-error 48 an aggregate needs a window
stream(Flights.flight).keyBy((f) => f.origin).aggregate(mean((f) => f.delay))
// @ts-expect-error 49 operators are synchronous
stream(Flights.flight).filter(async (f) => f.delay > 0)
// @ts-expect-error 50 a query is no source
stream(Flights.delays)
// @ts-expect-error 61 nor is a call
stream(Account.withdraw)
// @ts-expect-error 62 what has no key can't be spread
stream(Flights.flight).to(({ delay }) => Totals.add({ x: { count: 1, sum: delay, worst: delay } }), { parallel: 2 })
// @ts-expect-error 63 nor joined
stream(Flights.flight).join(stream(Flights.flight).keyBy((f) => f.origin), { span: '1 hour', times: [() => 0, () => 0] })
// @ts-expect-error 64 a join says how near two records are
stream(Flights.flight).keyBy((f) => f.origin).join(stream(Flights.flight).keyBy((f) => f.destination))
// @ts-expect-error 65 a key is text
stream(Flights.flight).keyBy((f) => f.delay)
// @ts-expect-error 66 nothing waits in a map, either
stream(Flights.flight).map(async (f) => f.delay)
// @ts-expect-error 67 nor in a fold
stream(Flights.flight).keyBy((f) => f.origin).fold(0, async (n) => n + 1)
// @ts-expect-error 68 records are not changed
stream(Flights.flight).map((f) => { f.delay = 0; return f })
// @ts-expect-error 69 a call is not sent
stream(Flights.flight).to((f) => Account.withdraw('bob', { cents: f.delay }))
// @ts-expect-error 70 a view's query answers what the stream gives
stream(Flights.flight).view(Flights.delays)
// @ts-expect-error 71 a window's time is a number
stream(Flights.flight).keyBy((f) => f.origin).window(tumbling('1 hour', (f: { readonly date: string }) => f.date))
// @ts-expect-error 72 the window is of other records
stream(Flights.flight).keyBy((f) => f.origin).window(tumbling('1 hour', (order: { readonly at: number }) => order.at))
// @ts-expect-error 73 a session has no size and no step
session('1 hour', '1 minute', () => 0)
// @ts-expect-error 74 an effect is given a value of the stream
stream(Flights.flight).effect(async (f) => { f.gate })
// @ts-expect-error 75 what is fed is what the message takes
feed(client, Flights.flight, [{ origin: 'JFK' }])

// --- infrastructure
declare const attached: Attached
// @ts-expect-error 51 a step consumes something
attached.step({ consume: [], remember: [Uint8Array.of(1)] })
// @ts-expect-error 52 an LSN is not any number
attached.step({ consume: [8] })
let stale: Delivered<unknown> | undefined
declare const engine: Awaited<ReturnType<typeof openEngine>>
engine.darq('x').attach({ restore() {}, detached() {},
  deliver([first]) {
    // @ts-expect-error 53 a delivered message can't be kept: keep its LSN or a copy
    stale = first
  } })
void stale
const opened = await memory().open()
// @ts-expect-error 54 only who has claimed an epoch can write
opened.commit({})
// @ts-expect-error 55 an edge without `authorize`
darq<{ NS: import('@cloudflare/workers-types').DurableObjectNamespace }>({ object: (env) => env.NS, participants: () => [] })
// @ts-expect-error 56 a participant that hasn't been given what it needs
darq<{ NS: import('@cloudflare/workers-types').DurableObjectNamespace }>({ object: (env) => env.NS, participants: () => [(secret: string) => effects(Payments, { payOut: async () => ({ reference: secret }) })], authorize: async () => ({ names: [], actions: [], producers: [] }) })
participant(A, { state, own, on: { ...ok, go: { batch: 2, run(_step, bodies) {
  // @ts-expect-error 57 bodies are typed
  bodies[0]?.missing
} },
  paid(_step, _answer, note) {
    // @ts-expect-error 58 the note is typed
    note.missing
  } } })
