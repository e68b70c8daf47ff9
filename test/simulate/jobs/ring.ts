/** Greetings that hop around a ring: each hop is counted once. */
import { Greeter, greeter } from '../../apps/ring.ts'
import { breathe, type Job, must, threeHosts } from './job.ts'

const ring_size = 5

export const ring: Job = {
  // Smaller still: what idle DARQs leave in the store is moved.
  hosts: threeHosts([greeter], 16 * 1024),
  async drive(world) {
    const receipts = []
    for (let greeting = 0; greeting < 60; greeting += 1) {
      const start = `${greeting % ring_size}`
      receipts.push(world.send(Greeter.greet(start, { ring: ring_size, hops: 8 })).committed)
      await breathe(world)
    }
    await Promise.all(receipts)
  },
  async finally(world) {
    let sum = 0
    for (let key = 0; key < ring_size; key += 1)
      sum += await world.query(Greeter.count(`${key}`), { grade: 'committed' })
    must(sum === 480, `G2: ${sum} greetings were seen instead of 480`)
  },
  async outcome(world) {
    const counts: number[] = []
    for (let key = 0; key < ring_size; key += 1)
      counts.push(await world.query(Greeter.count(`${key}`), { grade: 'committed' }))
    return counts
  },
}
