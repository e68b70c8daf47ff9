/**
 * Storage that is lost. One of three hosts has a disk that goes back in time, or away. Exactly-once with it is not promised;
 * but everything among the others is, and whoever hears of the contradiction is told (G10, which the simulator looks at
 * where answers arrive).
 */
import { faultKinds, lossKinds } from '../../../runtime-ts/src/testing/index.ts'
import { Account, account } from '../../apps/bank.ts'
import { breathe, type Job, must, threeHosts, until } from './job.ts'

const unsafe = 'c'
const names = Array.from({ length: 12 }, (_, index) => `account-${index}`)
const cents_each = 20_000

interface Sent {
  readonly id: string
  readonly from: string
  readonly to: string
}

export function loss(): Job {
  let transfers: Sent[] = []
  return {
    // Room for what waits for ever on channels that can't go on.
    hosts: threeHosts([account]).map((host) => ({ ...host, k: 0, limits: {}, mayLose: host.name === unsafe })),
    // Without jumping clocks: a claim that was lost, and a clock that went back, give a new life an older name.
    faults: [...faultKinds.filter((kind) => kind !== 'clock_jump'), ...lossKinds],
    async drive(world) {
      transfers = []
      const pick = () => names[Math.floor(world.random() * names.length)] ?? ''
      let client = world.connect()
      const receipts: Promise<unknown>[] = []
      await Promise.all(
        names.map((name) => settled(client.send(Account.deposit(name, { cents: cents_each })).committed)),
      )
      for (const name of names.filter((name) => world.hostOf(`account/${name}`) !== unsafe))
        await until(world, async () => (await world.query(Account.balance(name))) > 0)
      for (let id = 0; id < 240; id += 1) {
        const transfer = { id: `${id}`, from: pick(), to: pick() }
        transfers.push(transfer)
        receipts.push(settled(client.send(Account.transfer(transfer.from, { ...transfer, cents: 1 })).committed))
        if (world.random() < 0.5) await breathe(world)
        // Whoever is refused for good goes on under another name.
        if (id % 40 === 39) client = world.connect()
      }
      await Promise.all(receipts)
    },
    async finally(world) {
      const safe = new Set(names.filter((name) => world.hostOf(`account/${name}`) !== unsafe))
      must(safe.size > 1 && safe.size < names.length, 'accounts on both kinds of hosts')
      const sent = new Map<string, number>()
      const received = new Map<string, number>()
      for (const name of safe) {
        for (const [id, times] of Object.entries(await world.query(Account.sent(name), { grade: 'committed' })))
          sent.set(id, times)
        for (const [id, times] of Object.entries(await world.query(Account.received(name), { grade: 'committed' })))
          received.set(id, times)
      }
      for (const { id, from, to } of transfers) {
        if (!safe.has(from)) continue
        must(sent.get(id) === 1, `G2: transfer ${id} was sent ${sent.get(id)} times`)
        if (safe.has(to)) must(received.get(id) === 1, `G2: transfer ${id} was received ${received.get(id)} times`)
      }
    },
  }
}

/** Storage that is lost takes receipts with it. */
const settled = (promise: Promise<unknown>): Promise<unknown> => promise.catch(() => undefined)
