/**
 * Clients with sessions: they look at one place, as soon as anything is to be seen, and say at another what they saw. Whatever
 * is left of what they said must be there to be seen.
 */
import { DarqError } from '../../../runtime-ts/src/error.ts'
import { Place, place } from '../../apps/witness.ts'
import { breathe, type Job, must, threeHosts } from './job.ts'

const keys = Array.from({ length: 6 }, (_, index) => `${index}`)
const puts_count = 80
const witnesses_count = 3

export const witness: Job = {
  hosts: threeHosts([place], 64 * 1024),
  async drive(world) {
    const pick = () => keys[Math.floor(world.random() * keys.length)] ?? '0'
    const witnesses = Array.from({ length: witnesses_count }, () => world.connect({ session: '' }))
    const putters = Array.from({ length: witnesses_count }, () => world.connect())
    const work: Promise<unknown>[] = []
    const say = async (client: (typeof witnesses)[number], at: string, to: string): Promise<void> => {
      try {
        const seen = await client.query(Place.newest(at), { grade: 'accepted' })
        if (seen !== '') await client.send(Place.note(to, { at, seen })).committed
      } catch (error) {
        // It is told that what it saw is lost, or gave up looking: it says nothing then.
        if (!(error instanceof DarqError) || !(error.code === 'session_lost' || error.retryable)) throw error
      }
    }
    for (let id = 0; id < puts_count; id += 1) {
      const at = pick()
      const putter = putters[id % putters.length]
      const client = witnesses[id % witnesses.length]
      if (putter) work.push(putter.send(Place.put(at, `${id}`)).committed)
      await breathe(world)
      if (client) work.push(say(client, at, pick()))
    }
    await Promise.all(work)
  },
  async finally(world) {
    let count = 0
    const all = new Map<string, Set<string>>()
    for (const key of keys) {
      const ids = await world.query(Place.all(key), { grade: 'committed' })
      count += ids.length
      all.set(key, new Set(ids))
    }
    must(count === puts_count, `G2: ${count} ids instead of ${puts_count}`)
    for (const key of keys)
      for (const { at, seen } of await world.query(Place.notes(key), { grade: 'committed' }))
        must(all.get(at)?.has(seen) === true, `G5: ${key} has heard of ${seen} at ${at}, where it never was`)
  },
  async outcome(world) {
    const ids: string[] = []
    for (const key of keys)
      for (const id of await world.query(Place.all(key), { grade: 'committed' })) ids.push(`${key} ${id.split(':')[1]}`)
    return ids.sort()
  },
}
