/**
 * A way through a scope, with all engines in one world: what each does there must be what the chart says of it alone.
 *
 * @module
 */
import type { Choice } from './choice.ts'
import { hashOf, observe } from './observed.ts'
import { Place } from './place.ts'
import { readable } from './readable-frame.ts'
import type { Scope } from './scope.ts'
import { Search } from './search.ts'
import { messageOf } from './violation.ts'

/** The way as sentences. */
export async function story(scope: Scope, path: readonly number[]): Promise<string[]> {
  const lines: string[] = []
  try {
    const search = await Search.begin({ ...scope, warm: 0 })
    const world = await World.begin(search)
    await search.warmUp(scope.warm, (choice) => world.take(choice))
    for (const at of path) {
      const choice = search.situation.choices()[at]
      if (!choice) return [...lines, `there is no choice ${at}`]
      lines.push(inWords(search, choice))
      await world.take(choice)
    }
    const { stations } = search.situation
    if (search.situation.choices().every(({ isFault }) => isFault)) {
      await search.chart.finish(stations)
      for (const { unfinished } of stations) if (unfinished) lines.push(`BROKEN: ${unfinished}`)
    }
  } catch (error) {
    lines.push(`BROKEN: ${messageOf(error)}`)
  }
  return lines
}

/** All hosts at once, beside what the chart makes of them. */
export class World {
  readonly #search: Search
  readonly #places: readonly Place[]

  private constructor(search: Search, places: readonly Place[]) {
    this.#search = search
    this.#places = places
  }

  /** @param search of a scope without warming up, at its beginning */
  static async begin(search: Search): Promise<World> {
    const { scope } = search
    const places: Place[] = []
    for (const name of scope.application.hosts) places.push(await Place.begin(scope, name))
    for (const place of places) place.takeSent()
    return new World(search, places)
  }

  /** Makes a choice here and there. */
  async take(choice: Choice): Promise<void> {
    const { host, event } = choice
    const { chart, situation, queues } = this.#search
    const place = this.#places[host]
    if (place && event !== undefined) await place.happen(chart.event(event))
    await this.#search.take(choice)
    if (!place || event === undefined) return
    const observed = observe(place)
    const expected = situation.stations[host]
    if (hashOf(place, observed) !== expected?.hash)
      throw new Error(`${place.name} does other things in this world than alone`)
    const known = new Set(queues.directions.flatMap((_, at) => queues.frames(situation.queues[at] ?? 0)))
    const sent = place.takeSent()
    const isThere = sent.every(({ bytes }) =>
      [...known].some((frame) => Buffer.compare(queues.bytes(frame), bytes) === 0),
    )
    if (!isThere) throw new Error(`${place.name} sends other frames in this world than alone`)
  }
}

function inWords({ chart, queues, situation }: Search, { host, event, takes, budget }: Choice): string {
  const { observed } = situation.stations[host] ?? {}
  if (!observed) return ''
  const { name, rows, left } = observed
  const who = (row: number) => (row === 0 ? name : `${name} (life ${rows[row]?.life}, replaced)`)
  const happens = event === undefined ? undefined : chart.event(event)
  if (happens === undefined) {
    const frame = takes && queues.frames(situation.queues[takes.direction] ?? 0)[takes.place]
    return `to ${name}: lost: ${frame === undefined ? '' : readable(queues.bytes(frame))}`
  }
  switch (happens.kind) {
    case 'frame':
      return `${happens.from} → ${name}${budget === 'repeats' ? ', and once more' : ''}: ${readable(happens.bytes)}`
    case 'task':
      return `${who(happens.row)}: ${rows[happens.row]?.task}`
    case 'disk':
      return `${who(happens.row)}: the disk has written version ${rows[happens.row]?.writes}`
    case 'timer':
      return `${who(happens.row)}: a timer rings${budget === 'early' ? ' early' : ''}: ${rows[happens.row]?.timers[happens.nth]}`
    case 'client':
      return `${happens.darq}: a client enqueues ${observed.clients.find(({ darq }) => darq === happens.darq)?.next}`
    case 'crash':
      return `${name}: crashes${rows[0]?.writes === undefined ? '' : `; its write ${happens.isWritten ? 'was made' : 'is lost'}`}`
    case 'takeover':
      return `${name}: is opened by another process`
    case 'open':
      return left === undefined ? `${name}: opens` : `${name}: goes on from version ${left}`
  }
}
