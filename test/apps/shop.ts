/**
 * A shop: everything of level 1 in one small application. An order is paid by an effect, packed by a participant that holds
 * parcels until they are paid, and looked at again by a timer; small states become checkpoints.
 *
 * @module
 */
import { address, answer, call, effects, type Participant, participant, query, refuse, table } from '@darq/runtime'
import * as v from 'valibot'

const Order = v.object({ id: v.string(), cents: v.number() })
const Counts = v.record(v.string(), v.number())

export const Orders = address('orders/*', {
  place: Order,
  /** Refused when there is no such order. */
  cancel: v.object({ id: v.string() }),
  receipts: query(v.record(v.string(), v.string())),
  /** How often the cashier has answered, by order. */
  answers: query(Counts),
  reminders: query(Counts),
})
export const Cashier = address('cashier', { pay: call(Order, v.object({ receipt: v.string() })) })
export const Parcels = address('parcels', { packed: v.string(), paid: v.string(), sent: query(Counts) })

export const orders = participant(Orders, {
  state: { receipts: table(v.string()), answers: table(v.number()), reminders: table(v.number()), audits: 0 },
  own: { paid: answer(Cashier.pay, Order), remind: Order, audit: v.object({}) },
  on: {
    place(step, order) {
      // Far off: while the shop is open it must not pin the log, however much is sold.
      if (step.state.audits === 0) step.send(step.own.audit({}), { after: '90 days' })
      step.state.audits = 1
      step.call(Cashier.pay(order), step.own.paid(order))
      step.send(step.own.remind(order), { after: '300 ms', timer: order.id })
      step.send(Parcels.packed(order.id))
    },
    paid(step, paid, { id }) {
      step.state.answers.update(id, (times = 0) => times + 1)
      step.state.receipts.set(id, paid.ok ? paid.value.receipt : `failed: ${paid.error.code}`)
      if (paid.ok) step.send(Parcels.paid(id))
    },
    audit(step) {
      step.state.audits = 0
    },
    remind(step, { id }) {
      step.state.reminders.update(id, (times = 0) => times + 1)
    },
    cancel(step, { id }) {
      if (!step.state.receipts.has(id)) refuse('no such order', { id })
      step.state.receipts.delete(id)
    },
    receipts: (read) => Object.fromEntries(read.state.receipts.entries()),
    answers: (read) => Object.fromEntries(read.state.answers.entries()),
    reminders: (read) => Object.fromEntries(read.state.reminders.entries()),
  },
})

export const parcels = participant(Parcels, {
  state: { paid: table(v.boolean()), sent: table(v.number()) },
  on: {
    packed(step, id) {
      if (!step.state.paid.has(id)) return step.hold(id)
      step.state.paid.delete(id)
      step.state.sent.update(id, (times = 0) => times + 1)
    },
    paid(step, id) {
      step.state.paid.set(id, true)
      step.release(id)
    },
    sent: (read) => Object.fromEntries(read.state.sent.entries()),
  },
})

/** The outside world: what was charged, by idempotency key. A bank does this with the key it is given. */
export class Bank {
  readonly charged = new Map<string, string>()
  /** How often each charge was asked for: at least once. */
  readonly asked = new Map<string, number>()

  charge(key: string, id: string): string {
    this.asked.set(id, (this.asked.get(id) ?? 0) + 1)
    this.charged.set(key, id)
    return `receipt of ${id}`
  }
}

export const cashier = (bank: Pick<Bank, 'charge' | 'charged' | 'asked'>): Participant =>
  effects(Cashier, {
    async pay({ id }, { key }) {
      return { receipt: bank.charge(key, id) }
    },
  })
