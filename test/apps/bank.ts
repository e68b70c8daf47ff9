/**
 * A bank: accounts that send each other money. However often hosts fail, the sum stays what was paid in.
 *
 * @module
 */
import { address, participant, query, table } from '@darq/runtime'
import * as v from 'valibot'

export const Account = address('account/*', {
  deposit: v.object({ cents: v.number() }),
  /** Sends `cents` on, if they are there; each transfer is written down under its id. */
  transfer: v.object({ id: v.string(), to: v.string(), cents: v.number() }),
  receive: v.object({ id: v.string(), cents: v.number() }),
  balance: query(v.number()),
  received: query(v.record(v.string(), v.number())),
  sent: query(v.record(v.string(), v.number())),
})

export const account = participant(Account, {
  state: { cents: 0, sent: table(v.number()), received: table(v.number()) },
  on: {
    deposit(step, { cents }) {
      step.state.cents += cents
    },
    transfer(step, { id, to, cents }) {
      if (cents > step.state.cents) return
      step.state.cents -= cents
      step.state.sent.update(id, (times = 0) => times + 1)
      step.send(Account.receive(to, { id, cents }))
    },
    receive(step, { id, cents }) {
      step.state.cents += cents
      step.state.received.update(id, (times = 0) => times + 1)
    },
    balance: (read) => read.state.cents,
    received: (read) => Object.fromEntries(read.state.received.entries()),
    sent: (read) => Object.fromEntries(read.state.sent.entries()),
  },
})
