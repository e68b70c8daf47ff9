/**
 * Every world that can come of a scope, each once, breadth first: the way to each is the shortest.
 *
 * A state of the world is put together from those of its hosts, and so is what a choice does: by the {@link Chart}, which runs
 * the real engine.
 *
 * @module
 */
import { Chart, type Move, type Station, type Unmade } from './chart.ts'
import { beginning, type Choice } from './choice.ts'
import { stuck } from './ends.ts'
import type { Explored, Found, Limits } from './explored.ts'
import { Queues } from './queues.ts'
import type { Scope } from './scope.ts'
import { Situation } from './situation.ts'
import { StateTable } from './state-table.ts'
import { checkDropped, checkGoneBack, checkPromises, checkRevocable, checkVectors, type Hosts } from './truth.ts'
import { messageOf, Violation } from './violation.ts'

/** Worlds whose missing moves are made at once. */
const batch = 8_192

export class Search {
  readonly scope: Scope
  readonly queues: Queues
  readonly chart: Chart
  readonly table: StateTable
  /** Worlds of this number and above were not gone on from. */
  next = 0
  transitions = 0
  depth = 0
  readonly situation: Situation
  readonly #limits: Limits
  readonly #words: Uint32Array
  readonly #started_ms = performance.now()
  /** Where the present depth ends. */
  #border = 1
  #ends = 0
  /** Ends, of which it was not looked at whether all is done. */
  #unfinished: { readonly row: number; readonly stations: readonly Station[] }[] = []

  private constructor(scope: Scope, limits: Limits, queues: Queues, chart: Chart, situation: Situation) {
    this.scope = scope
    this.#limits = limits
    this.queues = queues
    this.chart = chart
    this.situation = situation
    this.table = new StateTable(situation.words)
    this.#words = new Uint32Array(situation.words)
  }

  /** All hosts are open, and what is done before anything is chosen is done. */
  static async begin(scope: Scope, limits: Limits = {}): Promise<Search> {
    const { hosts } = scope.application
    const queues = new Queues(hosts, scope.inOrder)
    const chart = new Chart(scope, queues, limits.checkMerges ?? false)
    const opened = await Promise.all(hosts.map((_, host) => chart.begin(host)))
    const stations = opened.map(({ to, broken }) => {
      if (!to) throw new Violation(broken)
      return to
    })
    const situation = new Situation(scope, chart, queues, stations)
    for (const [host, move] of opened.entries()) situation.apply(beginning(host), move)
    const search = new Search(scope, limits, queues, chart, situation)
    await search.warmUp(scope.warm, (choice) => search.take(choice))
    search.#write()
    search.table.add(search.#words, 0)
    return search
  }

  /** So many messages of each client take the first way that there is. */
  async warmUp(messages: number, take: (choice: Choice) => Promise<void>): Promise<void> {
    const { situation } = this
    if (messages === 0) return
    situation.messages_max = messages
    const calm = () => situation.choices().find(({ isFault }) => !isFault)
    for (let choice = calm(); choice; choice = calm()) await take(choice)
    situation.messages_max = Number.POSITIVE_INFINITY
  }

  get seconds(): number {
    return (performance.now() - this.#started_ms) / 1000
  }

  #write(): void {
    this.situation.write(this.#words)
  }

  /** The situation becomes that of that number. */
  read(row: number): void {
    this.table.read(row, this.#words)
    this.situation.read(this.#words)
  }

  /** What the choice does at its host: `undefined` if nobody knows as yet. */
  move({ host, event }: Choice): Move | undefined {
    return event === undefined ? undefined : this.situation.stations[host]?.moves.get(event)
  }

  /** Makes a choice, whether anybody has made it or not. */
  async take(choice: Choice): Promise<void> {
    const station = this.situation.stations[choice.host]
    if (choice.event !== undefined && station && !this.move(choice))
      await this.chart.make([{ station, event: choice.event }])
    const move = this.move(choice)
    if (move && !move.to) throw new Violation(move.broken)
    this.situation.apply(choice, move)
    this.check(choice, move)
  }

  /** @throws {Violation} */
  check({ host }: Choice, move: Move | undefined): void {
    const hosts: Hosts = this.situation.stations.map(({ observed }) => observed)
    const moved = hosts[host]
    if (move?.hasGoneBack && moved) checkGoneBack(hosts, moved)
    for (const { origins } of move?.sent ?? [])
      for (const origin of origins) checkRevocable(hosts, origin, this.scope.k)
    checkPromises(hosts)
    checkVectors(hosts)
    checkDropped(hosts)
  }

  async run(): Promise<Explored> {
    const { states_max = Number.POSITIVE_INFINITY, seconds_max = Number.POSITIVE_INFINITY, progress } = this.#limits
    for (let count = 1; this.next < this.table.size; count += 1) {
      if (this.next >= this.#border) {
        this.depth += 1
        this.#border = this.table.size
      }
      if (count % 65_536 === 0) {
        progress?.({ ...this.#explored(false, undefined), waiting: this.table.size - this.next })
        if (this.table.size >= states_max || this.seconds > seconds_max) return this.#explored(false, undefined)
      }
      const found = this.#expand(this.next)
      if (found === 'unmade') await this.#make()
      else if (found) return this.#explored(false, found)
      else this.next += 1
    }
    const found = (await this.#finish()) ?? stuck(this)
    return this.#explored(!found, found)
  }

  #explored(complete: boolean, found: Found | undefined): Explored {
    const { scope, table, transitions, depth, chart, seconds } = this
    return {
      scope: scope.name,
      k: scope.k,
      states: table.size,
      transitions,
      ends: this.#ends,
      depth,
      stations: chart.stations.length,
      moves: chart.moves_made,
      complete,
      seconds,
      found,
    }
  }

  /** Makes all choices of a world, unless there is one that nobody has made at its host as yet. */
  #expand(row: number): Found | 'unmade' | undefined {
    this.read(row)
    const { situation } = this
    const choices = situation.choices()
    for (const choice of choices) if (choice.event !== undefined && !this.move(choice)) return 'unmade'
    if (choices.every(({ isFault }) => isFault)) {
      this.#ends += 1
      this.#unfinished.push({ row, stations: [...situation.stations] })
    }
    for (const [at, choice] of choices.entries()) {
      if (at > 0) situation.restore()
      const move = this.move(choice)
      this.transitions += 1
      if (move && !move.to) return { message: move.broken, path: [...this.pathTo(row), at] }
      situation.apply(choice, move)
      this.#write()
      const isNew = this.table.add(this.#words, row)
      try {
        if (isNew || move?.hasGoneBack || this.scope.k !== Number.POSITIVE_INFINITY) this.check(choice, move)
      } catch (error) {
        return { message: messageOf(error), path: [...this.pathTo(row), at] }
      }
    }
    return undefined
  }

  /** Lets the engine make what the next worlds need. */
  async #make(): Promise<void> {
    const unmade: Unmade[] = []
    const known = new Map<Station, Set<number>>()
    const end = Math.min(this.table.size, this.next + batch)
    for (let row = this.next; row < end; row += 1) {
      this.read(row)
      for (const choice of this.situation.choices()) {
        const { host, event } = choice
        const station = this.situation.stations[host]
        if (event === undefined || !station || station.moves.has(event)) continue
        const events = known.get(station) ?? new Set()
        if (events.has(event)) continue
        known.set(station, events.add(event))
        unmade.push({ station, event })
      }
    }
    await this.chart.make(unmade)
  }

  /** At an end, all is done. */
  async #finish(): Promise<Found | undefined> {
    for (const { row, stations } of this.#unfinished) {
      await this.chart.finish(stations)
      const wrong = stations.find(({ unfinished }) => unfinished !== '')
      if (wrong) return { message: wrong.unfinished ?? '', path: this.pathTo(row) }
    }
    this.#unfinished = []
    return undefined
  }

  /** Which choices lead there: each is looked for again. */
  pathTo(row: number): number[] {
    const path: number[] = []
    const words = new Uint32Array(this.table.words)
    const wanted = new Uint32Array(this.table.words)
    for (let at = row; this.table.from(at) !== at; at = this.table.from(at)) {
      const from = this.table.from(at)
      this.table.read(at, wanted)
      this.read(from)
      const taken = this.situation.choices().findIndex((choice) => {
        this.situation.restore()
        const move = this.move(choice)
        if (move && !move.to) return false
        this.situation.apply(choice, move)
        this.situation.write(words)
        return words.every((word, nth) => word === wanted[nth])
      })
      if (taken < 0) throw new Error(`nothing leads from state ${from} to state ${at}`)
      path.push(taken)
    }
    return path.reverse()
  }
}

export async function explore(scope: Scope, limits: Limits = {}): Promise<Explored> {
  Error.stackTraceLimit = 0
  try {
    const search = await Search.begin(scope, limits)
    return await search.run()
  } finally {
    Error.stackTraceLimit = 10
  }
}
