/**
 * A participant with a bug in it, and one without, under the simulator: as a process of its own, because the bug is a
 * variable of a module. Prints the report's violations as JSON.
 *
 * `node planted-bug.ts broken|right FIRST LAST`
 */
import { address, participant, query } from '@darq/runtime'
import { simulate } from '@darq/runtime/testing'
import * as v from 'valibot'

const Account = address('account/*', {
  deposit: v.number(),
  transfer: v.object({ to: v.string(), cents: v.number() }),
  balance: query(v.number()),
})

const cache = new Map<string, number>() // the bug: remembers outside the step, so a crash forgets it and a rollback keeps it
const broken = participant(Account, {
  on: {
    deposit(step, cents) {
      cache.set(step.key, (cache.get(step.key) ?? 0) + cents)
    },
    transfer(step, { to, cents }) {
      cache.set(step.key, (cache.get(step.key) ?? 0) - cents)
      step.send(Account.deposit(to, cents))
    },
    balance: (read) => cache.get(read.key) ?? 0,
  },
})

const right = participant(Account, {
  state: { cents: 0 },
  on: {
    deposit(step, cents) {
      step.state.cents += cents
    },
    transfer(step, { to, cents }) {
      step.state.cents -= cents
      step.send(Account.deposit(to, cents))
    },
    balance: (read) => read.state.cents,
  },
})

const [which, first, last] = process.argv.slice(2)
const account = which === 'broken' ? broken : right
const { violations, events } = await simulate({
  hosts: [
    { name: 'a', participants: [account] },
    { name: 'b', participants: [account] },
  ],
  seeds: [Number(first), Number(last)],
  async drive(world) {
    await world.send(Account.deposit('ann', 100)).committed
    for (let i = 0; i < 50; i += 1) world.send(Account.transfer('ann', { to: 'bob', cents: 1 }))
  },
  async finally(world) {
    const sum = (await world.query(Account.balance('ann'))) + (await world.query(Account.balance('bob')))
    if (sum !== 100) throw new Error(`money was made or lost: ${sum}`)
  },
})
console.log(JSON.stringify({ violations, events }))
