/**
 * Searches over three hosts, counted in parts that become more and fewer while it runs: every window of every region is
 * counted once, every trend is told once, within and outside.
 */

import { redeployed } from '../../apps/redeployed.ts'
import { byHand, type Search, Searches, type Trend, Trends, topic, trendBoard, trends } from '../../apps/trends.ts'
import { breathe, type Job, must, threeHosts, until } from './job.ts'

const regions = ['north', 'south', 'east', 'west', 'here', 'there', 'nowhere'] as const
const rounds = 8
const messages_per_round = 4
const searches_per_message = 12
/** Behind it everything of the round before is over. */
const round_ms = 10_000
/** Over how many parts the keys are spread, from round to round. */
const parallels = [2, 3, 1, 4]

/** An outside world of its own for each seed. It honours keys: what comes again under the same is not applied again. */
export function streamJob(): Job {
  let deployed = 0
  let told = new Map<string, Trend>()
  let searches: Search[] = []
  const tell = (trend: Trend, key: string): void => void told.set(key, { ...trend })
  const versions = parallels.map((parallel) => trends(parallel, tell))
  return {
    hosts: threeHosts([...redeployed(versions, () => deployed), trendBoard], 96 * 1024),
    async drive(world) {
      deployed = 0
      told = new Map()
      searches = []
      for (let round = 0; round < rounds; round += 1) {
        if (round % 2 === 0) deployed = (round / 2) % parallels.length
        for (let message = 0; message < messages_per_round; message += 1) {
          const some = Array.from({ length: searches_per_message }, () => search(round, world.random))
          searches.push(...some)
          // Some by themselves: they travel in one batch, or in several.
          if (world.random() < 0.5) world.send(Searches.search.many(some))
          else for (const one of some) world.send(Searches.search(one))
          await breathe(world)
        }
        // The next round closes this one's windows: what is still to be handled would be late.
        await until(world, async () => {
          const [row] = await world.query(Searches.seen(), { grade: 'committed' })
          return row?.value === searches.length
        })
      }
      const end: Search = { term: topic, region: 'nowhere', at_ms: rounds * round_ms }
      searches.push(end)
      await world.send(Searches.search(end)).committed
      const { counts, growths } = byHand(searches, rounds * round_ms)
      await until(world, async () => {
        const found = await world.query(Trends.counts(), { grade: 'committed' })
        const risen = await world.query(Trends.growths(), { grade: 'committed' })
        return (
          Object.keys(found).length >= counts.size &&
          Object.keys(risen).length >= growths.size &&
          told.size >= growths.size
        )
      })
    },
    async finally(world) {
      const { counts, growths } = byHand(searches, rounds * round_ms)
      for (const [what, all, found] of [
        ['counts', counts, await world.query(Trends.counts(), { grade: 'committed' })],
        ['trends', growths, await world.query(Trends.growths(), { grade: 'committed' })],
      ] as const) {
        for (const [place, value] of all)
          must(found[place]?.join() === `${value}`, `G2: ${what} of ${place} are ${found[place]?.join()}, not ${value}`)
        must(Object.keys(found).length === all.size, `G2: ${what} that there are none of`)
      }
      const outside = [...told.values()].map(({ region, from_ms, growth }) => `${region} ${from_ms} ${growth}`).sort()
      const due = [...growths].map(([place, growth]) => `${place} ${growth}`).sort()
      must(outside.join() === due.join(), `G6: the outside world was told of ${outside.join()}, not of ${due.join()}`)
      for (const name of ['searches', ...Array.from({ length: 4 }, (_, part) => `searches.parts/${part}`)])
        must((await world.inspect(name).deadLetters()).length === 0, `G7: ${name} has dead letters`)
    },
    outcome: async (world) => ({
      counts: await world.query(Trends.counts(), { grade: 'committed' }),
      growths: await world.query(Trends.growths(), { grade: 'committed' }),
      outside: told.size,
    }),
  }
}

function search(round: number, random: () => number): Search {
  const region = regions[Math.floor(random() ** 2 * regions.length)] ?? 'here'
  const term = random() < 0.8 ? `what is ${topic}` : 'weather'
  return { term, region, at_ms: round * round_ms + Math.floor(random() * 3_000) }
}
