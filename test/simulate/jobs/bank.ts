/** Transfers between accounts: the sum is constant, and each transfer arrives once. */
import { Account, account } from '../../apps/bank.ts'
import { breathe, type Job, must, threeHosts, until } from './job.ts'

const names = ['ann', 'bob', 'cyd', 'dee', 'eve', 'fay']
/** Enough for all transfers, whichever comes first. */
const cents_each = 20_000

export const bank: Job = {
  hosts: threeHosts([account]),
  async drive(world) {
    for (const name of names) world.send(Account.deposit(name, { cents: cents_each }))
    for (const name of names) await until(world, async () => (await world.query(Account.balance(name))) > 0)
    const receipts: Promise<unknown>[] = []
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
  async outcome(world) {
    const accounts: Record<string, unknown> = {}
    for (const name of names)
      accounts[name] = [
        await world.query(Account.balance(name), { grade: 'committed' }),
        await world.query(Account.sent(name), { grade: 'committed' }),
        await world.query(Account.received(name), { grade: 'committed' }),
      ]
    return accounts
  },
}
