/** Walks through random graphs over six hosts, each with a K and a disk of its own; the outside world hears of each end. */
import { gate, type Passed, Walker, walker } from '../../apps/walk.ts'
import { breathe, type Job, must } from './job.ts'

const walkers = Array.from({ length: 12 }, (_, index) => `${index}`)
const walks_count = 40
/** Small, so that what is truncated may be missed by who goes back. */
const limits = { log_bytes_max: 32 * 1024 }

export function walk(): Job {
  let passed: Passed = new Map()
  // The outside world outlives every host, but not the seed.
  const outside = gate(() => passed)
  let visits = 0
  let ends = 0
  return {
    hosts: ['a', 'b', 'c', 'd', 'e', 'f'].map((name) => ({ name, participants: [walker, outside], k: 'any', limits })),
    fault_rate: 1 / 25,
    async drive(world) {
      passed = new Map()
      visits = 0
      ends = 0
      const pick = () => walkers[Math.floor(world.random() * walkers.length)] ?? '0'
      const receipts = []
      for (let id = 0; id < walks_count; id += 1) {
        const stops = Array.from({ length: Math.floor(world.random() * 5) }, () =>
          Array.from({ length: world.random() < 0.3 ? 2 : 1 }, pick),
        )
        let width = 1
        visits += 1
        for (const level of stops) {
          width *= level.length
          visits += width
        }
        ends += width
        receipts.push(world.send(Walker.walk(pick(), { id: `${id}`, stops })).committed)
        await breathe(world)
      }
      await Promise.all(receipts)
      for (let tries = 0; (await numbers(world)).length < ends; tries += 1) {
        must(tries < 200, 'G7: walks have not come to their end')
        await world.advance('1 minute')
      }
    },
    async finally(world) {
      let seen = 0
      for (const key of walkers) seen += await world.query(Walker.visits(key), { grade: 'committed' })
      must(seen === visits, `G2: ${seen} visits instead of ${visits}`)
      const remaining = await numbers(world)
      must(remaining.length === ends, `G2: ${remaining.length} ends instead of ${ends}`)
      for (const [id, number] of remaining) {
        const told = [...(passed.get(id) ?? [])]
        must(
          told.length === 1 && told[0] === number,
          `G6: the outside world was told ${told.join()} of walk ${id}, but ${number} remains`,
        )
      }
      must(passed.size === ends, `G6: the outside world was told of ${passed.size} ends instead of ${ends}`)
    },
    async outcome(world) {
      const counts: number[] = []
      for (const key of walkers) counts.push(await world.query(Walker.visits(key), { grade: 'committed' }))
      return { counts, ends: (await numbers(world)).map(([id]) => id).sort() }
    },
  }
}

async function numbers(world: Parameters<Job['drive']>[0]): Promise<[string, number][]> {
  const all: [string, number][] = []
  for (const key of walkers) all.push(...Object.entries(await world.query(Walker.numbers(key), { grade: 'committed' })))
  return all
}
