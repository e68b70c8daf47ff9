/** Transfers between accounts: the sum is constant, and each transfer arrives once. */
import { Account, account } from '../../apps/bank.ts'
import { breathe, type Job, must, threeHosts } from './job.ts'

const names = ['ann', 'bob', 'cyd', 'dee', 'eve', 'fay']
const cents_each = 1_000

export const bank: Job = {
  hosts: threeHosts([account]),
  async drive(world) {
    const receipts = names.map((name) => world.send(Account.deposit(name, { cents: cents_each })).committed)
    for (let id = 0; id < 200; id += 1) {
      const from = names[Math.floor(world.random() * names.length)] ?? 'ann'
      const to = names[Math.floor(world.random() * names.length)] ?? 'bob'
      const cents = Math.floor(world.random() * 100)
      receipts.push(world.send(Account.transfer(from, { id: `${id}`, to, cents })).committed)
      if (world.random() < 0.3) await breathe(world)
    }
    await Promise.all(receipts)
  },
  async finally(world) {
    let sum = 0
    for (const name of names) {
      sum += await world.query(Account.balance(name), { grade: 'committed' })
      for (const [id, times] of Object.entries(await world.query(Account.received(name))))
        must(times === 1, `G2: transfer ${id} was received ${times} times`)
    }
    must(sum === names.length * cents_each, `money was made or lost: ${sum} instead of ${names.length * cents_each}`)
  },
}
