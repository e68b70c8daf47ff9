/**
 * What the real engine does, by state and event: each host is run by itself, each of its states once with each event that meets
 * it there. Worlds are put together from that.
 *
 * A host is a machine by itself: events come in and frames go out, nothing else is shared. So what it does in a world is what it
 * does alone; `--check-worlds` looks whether that is so, with all engines in one world.
 *
 * An engine can't be copied: a state is reached by letting its events happen again from the start. Some are kept as they are.
 *
 * @module
 */
import type { MadeBy } from './application.ts'
import { type Event, keyOf } from './event.ts'
import { HostChoices } from './host-choices.ts'
import { checkDone, hashOf, type Observed, observe } from './observed.ts'
import { Place } from './place.ts'
import type { Queues } from './queues.ts'
import { originsIn } from './readable-frame.ts'
import type { Scope } from './scope.ts'
import { messageOf } from './violation.ts'

/** A state of one host. */
export interface Station {
  readonly id: number
  readonly host: number
  readonly hash: string
  readonly observed: Observed
  readonly hostChoices: HostChoices
  /** By which event it was first reached, and from where. */
  readonly before: { readonly station: Station; readonly event: number } | undefined
  /** What each event does, as far as it was made. */
  readonly moves: Map<number, Move>
  /** The host itself, if it is still there. */
  place: Place | undefined
  /** A copy of it, where no engine lives. */
  readonly resting: Place | undefined
  /** Whether all is done, when nothing can move any more: the reason why not, or '' ; `undefined`: not looked at. */
  unfinished: string | undefined
}

export interface Move {
  /** `undefined`: something broke. */
  readonly to: Station | undefined
  readonly broken: string
  readonly sent: readonly Leaving[]
  readonly hasGoneBack: boolean
}

/** A frame that is sent, and the states that its messages come from, where K counts. */
export interface Leaving {
  readonly direction: number
  readonly frame: number
  readonly origins: readonly MadeBy[]
}

export interface Unmade {
  readonly station: Station
  readonly event: number
}

/** So many hosts run at once, and so many are kept. */
const at_once = 128
const kept_max = 2_000

export class Chart {
  readonly scope: Scope
  readonly stations: Station[] = []
  /** Engines were run with so many events to make the moves. */
  events_run = 0
  moves_made = 0
  /** States that were reached again were compared so many times. */
  merges_checked = 0
  readonly #queues: Queues
  readonly #checksMerges: boolean
  readonly #byHash = new Map<string, Station>()
  readonly #events: Event[] = []
  readonly #eventIds = new Map<string, number>()
  #kept: Station[] = []
  /** Other ways to states that were reached before. */
  #merges: { readonly known: Station; readonly by: Unmade }[] = []

  /** @param checksMerges whenever a state is reached again, look whether it does what it did: the proof of the hash */
  constructor(scope: Scope, queues: Queues, checksMerges: boolean) {
    this.scope = scope
    this.#queues = queues
    this.#checksMerges = checksMerges
  }

  station(id: number): Station {
    const station = this.stations[id]
    if (!station) throw new Error(`there is no state ${id}`)
    return station
  }

  event(id: number): Event {
    const event = this.#events[id]
    if (!event) throw new Error(`there is no event ${id}`)
    return event
  }

  eventId(event: Event): number {
    const key = keyOf(event)
    const known = this.#eventIds.get(key)
    if (known !== undefined) return known
    this.#eventIds.set(key, this.#events.length)
    return this.#events.push(event) - 1
  }

  /** That host as it is at first. */
  async begin(host: number): Promise<Move> {
    const place = await Place.begin(this.scope, this.#name(host))
    return this.#arrived(place, host, undefined)
  }

  #name(host: number): string {
    return this.scope.application.hosts[host] ?? ''
  }

  /** Lets the engines make these moves. */
  async make(unmade: readonly Unmade[]): Promise<void> {
    // Those whose hosts are there come first: each is there once.
    for (let at = 0; at < unmade.length; at += at_once)
      await Promise.all(unmade.slice(at, at + at_once).map((one) => this.#make(one)))
    if (this.#checksMerges) await this.#checkMerges()
  }

  async #make(by: Unmade): Promise<void> {
    const { station, event } = by
    if (station.moves.has(event)) return
    this.moves_made += 1
    const move = await this.#moved(by)
    station.moves.set(event, move)
    // What needs nobody else will be made in any case: now, while the host is there.
    const { to } = move
    const next =
      to?.place && to.hostChoices.plain.find(({ event }) => event !== undefined && !to.moves.has(event))?.event
    if (to && next !== undefined) await this.#make({ station: to, event: next })
  }

  async #moved(by: Unmade): Promise<Move> {
    const { station, event } = by
    const place = await this.#take(station)
    try {
      this.events_run += 1
      await place.happen(this.event(event))
    } catch (error) {
      return brokenBy(error)
    }
    return this.#arrived(place, station.host, by)
  }

  /** The host in that state: it is the caller's. */
  async #take(station: Station): Promise<Place> {
    const { place } = station
    station.place = undefined
    if (place) return place
    const events: number[] = []
    let from = station
    for (let { before } = from; !from.resting && before; { before } = from) {
      events.push(before.event)
      from = before.station
    }
    const start = from.resting?.copy() ?? (await Place.begin(this.scope, this.#name(station.host)))
    return this.#replay(start, events.reverse())
  }

  async reach(host: number, events: readonly number[]): Promise<Place> {
    return this.#replay(await Place.begin(this.scope, this.#name(host)), events)
  }

  async #replay(place: Place, events: readonly number[]): Promise<Place> {
    for (const event of events) {
      this.events_run += 1
      await place.happen(this.event(event))
      place.takeSent()
    }
    place.takeSent()
    return place
  }

  #arrived(place: Place, host: number, by: Unmade | undefined): Move {
    try {
      const sent = this.#sent(place)
      const observed = observe(place)
      const hash = hashOf(place, observed)
      const to = this.#byHash.get(hash) ?? this.#add(place, host, hash, observed, by)
      if (this.#checksMerges && by && to.before?.station !== by.station) this.#merges.push({ known: to, by })
      const hasGoneBack = observed.left !== undefined && by?.station.observed.left === undefined
      return { to, broken: '', sent, hasGoneBack }
    } catch (error) {
      return brokenBy(error)
    }
  }

  #sent(place: Place): Leaving[] {
    const sent = place.takeSent().map(({ to, bytes }): Leaving => {
      const event: Event = { kind: 'frame', from: place.name, bytes }
      const { direction, frame } = this.#queues.frame(place.name, to, this.eventId(event), bytes)
      return { direction, frame, origins: this.scope.k === Number.POSITIVE_INFINITY ? [] : originsIn(bytes) }
    })
    // Only in each direction is there an order.
    return sent.sort((a, b) => a.direction - b.direction)
  }

  #add(place: Place, host: number, hash: string, observed: Observed, by: Unmade | undefined): Station {
    const station: Station = {
      id: this.stations.length,
      host,
      hash,
      observed,
      hostChoices: new HostChoices(host, observed, (event) => this.eventId(event)),
      before: by,
      moves: new Map(),
      place,
      resting: place.rests ? place.copy() : undefined,
      unfinished: undefined,
    }
    this.stations.push(station)
    this.#byHash.set(hash, station)
    this.#kept.push(station)
    if (this.#kept.length >= 2 * kept_max) for (const old of this.#kept.splice(0, kept_max)) old.place = undefined
    return station
  }

  /** Two ways to one state: whatever happens there must lead on to one state again, and send the same. */
  async #checkMerges(): Promise<void> {
    const merges = this.#merges
    this.#merges = []
    for (const { known, by } of merges) {
      const others = [...eventsTo(by.station), by.event]
      for (const [event, move] of known.moves) {
        if (!move.to) continue
        const place = await this.reach(known.host, others)
        await place.happen(this.event(event))
        const sent = this.#sent(place)
        const observed = observe(place)
        this.merges_checked += 1
        if (hashOf(place, observed) !== move.to.hash || JSON.stringify(sent) !== JSON.stringify(move.sent))
          throw new Error(
            `the state of ${place.name} after ${eventsTo(known).join('.')} and after ${others.join('.')} is one, and goes elsewhere with event ${event}`,
          )
      }
    }
    this.#merges = merges.filter(({ known }) => known.moves.size === 0)
  }

  /** Looks whether all is done in these states. */
  async finish(stations: readonly Station[]): Promise<void> {
    for (const station of stations) {
      if (station.unfinished !== undefined) continue
      // A copy: it changes it.
      const place = await this.reach(station.host, eventsTo(station))
      try {
        checkDone(place)
        station.unfinished = ''
      } catch (error) {
        station.unfinished = messageOf(error)
      }
    }
  }
}

function eventsTo(station: Station): number[] {
  const events: number[] = []
  for (let { before } = station; before; before = before.station.before) events.push(before.event)
  return events.reverse()
}

const brokenBy = (error: unknown): Move => ({ to: undefined, broken: messageOf(error), sent: [], hasGoneBack: false })
