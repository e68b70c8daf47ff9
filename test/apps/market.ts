/**
 * A market: what a workflow can do, in one small application. A purchase reserves, asks couriers side by side, waits for
 * somebody's approval, charges a card outside, and has its parcel shipped by another workflow; what fails is undone. A tally
 * continues as new.
 *
 * @module
 */
import { address, call, DarqError, type Participant, participant, query, refuse, table } from '@darq/runtime'
import { workflow } from '@darq/runtime/workflow'
import * as v from 'valibot'

const Counts = v.record(v.string(), v.number())

export const Shelf = address('shelf/*', {
  fill: v.object({ count: v.number() }),
  reserve: call(v.object({ hold: v.string(), count: v.number() }), v.object({ cents: v.number() })),
  release: v.object({ hold: v.string() }),
  left: query(v.number()),
  holds: query(Counts),
})
export const Courier = address('courier/*', {
  offer: call(v.object({ fast: v.boolean() }), v.object({ cents: v.number() })),
})
/** What has happened, and how often. */
export const Notes = address('notes', { noted: v.string(), echo: call(v.number(), v.number()), all: query(Counts) })

const Order = v.object({ sku: v.string(), count: v.number(), card: v.string() })
const Bought = v.object({
  receipt: v.string(),
  tracking: v.string(),
  hold: v.string(),
  /** Who was faster: chance, but the same for everybody who asks. */
  winner: v.string(),
  courier_cents: v.number(),
})
export type Bought = v.InferOutput<typeof Bought>
export const Purchase = address(
  'purchase/*',
  {
    start: call(Order, Bought),
    approval: v.object({ granted: v.boolean() }),
    phase: query(v.picklist(['reserving', 'approving', 'charging', 'shipping', 'done'])),
  },
  { darqs: 2 },
)
export const Shipping = address(
  'shipping/*',
  { start: call(v.object({ sku: v.string() }), v.object({ tracking: v.string() })) },
  { darqs: 3 },
)
export const Tally = address(
  'tally/*',
  { start: call(v.object({ sum: v.number(), rounds: v.number() }), v.array(v.number())), add: v.number() },
  { darqs: 1 },
)

/** Rests a while: many at once, more than their log has room for. */
export const Nap = address('nap/*', { start: call(v.object({ dream: v.string() }), v.string()) }, { darqs: 1 })

export const shelf = participant(Shelf, {
  state: { count: 0, holds: table(v.number()), released: table(v.boolean()) },
  on: {
    fill(step, { count }) {
      step.state.count += count
    },
    reserve(step, { hold, count }) {
      // A message whose handler has thrown is handled after those behind it.
      if (step.state.released.has(hold)) refuse('released')
      if (count > step.state.count) refuse('sold out')
      step.state.count -= count
      step.state.holds.set(hold, count)
      return { cents: count * 250 }
    },
    release(step, { hold }) {
      step.state.count += step.state.holds.get(hold) ?? 0
      step.state.holds.delete(hold)
      step.state.released.set(hold, true)
    },
    left: (read) => read.state.count,
    holds: (read) => Object.fromEntries(read.state.holds.entries()),
  },
})

export const courier = participant(Courier, {
  on: {
    offer(_step, { fast }) {
      if (fast) refuse('nobody is fast today')
      return { cents: 490 }
    },
  },
})

export const notes = participant(Notes, {
  state: { all: table(v.number()) },
  on: {
    noted(step, what) {
      step.state.all.update(what, (times = 0) => times + 1)
    },
    echo: (_step, number) => number,
    all: (read) => Object.fromEntries(read.state.all.entries()),
  },
})

export const shipping = workflow(Shipping, async (flow, { sku }) => {
  await flow.sleep('5 seconds')
  await flow.step((step) => {
    step.send(Notes.noted(`shipped ${flow.id}`))
    step.send(Notes.noted(`stock taken ${sku}`), { after: '10 minutes' })
  })
  return { tracking: `parcel of ${flow.id}` }
})

/** Ends with 0. Three numbers to a run. */
export const tally = workflow(Tally, async (flow, { sum, rounds }) => {
  let total = sum
  // Nobody waits for it: its answer may come when the next run has asked its own.
  void flow.call(Notes.echo(rounds)).then(
    (echoed) => {
      if (echoed !== rounds) total = Number.NaN
    },
    () => {},
  )
  for (let taken = 0; taken < 3; taken += 1) {
    const number = await flow.receive('add')
    if (number === 0) return [total, rounds]
    total = total * 3 + number
  }
  return flow.continueAsNew({ sum: total % 1_000_003, rounds: rounds + 1 })
})

export const nap = workflow(Nap, async (flow, { dream }) => {
  await flow.sleep('2 seconds')
  const { cents } = await flow.call(Courier.offer('slow', { fast: false }))
  return `${flow.id} slept for ${cents}, and dreamt ${dream.length} letters`
})

/** Cards' outside world: a cashier who honours keys, and is not always there. */
export class Till {
  /** The instance that was charged, by key. */
  readonly charged = new Map<string, { readonly id: string; readonly hold: string }>()
  /** Attempts, by instance. */
  readonly asked = new Map<string, number>()

  charge(key: string, id: string, hold: string, card: string): string {
    const asked = (this.asked.get(id) ?? 0) + 1
    this.asked.set(id, asked)
    if (card === 'stolen') throw new DarqError('app:card refused')
    if (card === 'slow' && asked < 3) throw new Error('the line is busy')
    this.charged.set(key, { id, hold })
    return `receipt of ${id}`
  }
}

export const purchase = (till: () => Till): Participant =>
  workflow(Purchase, async (flow, { sku, count, card }) => {
    const hold = flow.uuid()
    flow.show('phase', 'reserving')
    let isReleased = false
    flow.undo('note', () => flow.send(Notes.noted(`${isReleased ? 'undone' : 'undone too early'} ${flow.id}`)))
    // Before it is asked for: who is cancelled in between must not keep it.
    flow.undo('release', async () => {
      await flow.send(Notes.noted(`released ${flow.id}`))
      await flow.send(Shelf.release(sku, { hold }))
      isReleased = true
    })
    const offer = (fast: boolean, where: string) => flow.call(Courier.offer(where, { fast }))
    const [, { cents: courier_cents }] = await Promise.all([
      flow.call(Shelf.reserve(sku, { hold, count })),
      Promise.any([offer(true, 'fast'), offer(false, 'slow')]),
    ])
    const winner = await Promise.race(['left', 'right'].map((where) => offer(false, where).then(() => where)))
    await flow.send(Notes.noted(`winner ${flow.id} ${winner}`))

    flow.show('phase', 'approving')
    const approval = await flow.receive('approval', { timeout: '2 days' })
    if (!approval?.granted) refuse('not approved')

    flow.show('phase', 'charging')
    const length = await flow.effect('measure', async () => card.length, { pure: true })
    // What takes its time is written down by a step of its own.
    for (let turn = 0; turn < 30; turn += 1) await undefined
    const receipt = await flow.effect('charge', async ({ key }) => till().charge(key, flow.id, hold, card), {
      retry: { attempts_max: 20 },
    })
    flow.show('phase', 'shipping')
    const { tracking } = await flow.call(Shipping.start(flow.id, { sku }))
    flow.show('phase', 'done')
    return { receipt: `${receipt}, ${length} digits`, tracking, hold, winner, courier_cents }
  })
