/**
 * A state of the whole world: that of each host, what is under way in each direction, and the faults that are left. And what can
 * happen next in it.
 *
 * @module
 */
import type { Chart, Move, Station } from './chart.ts'
import { type Budget, budgets, type Choice, fault, plainly } from './choice.ts'
import { Packing } from './packing.ts'
import { no_frames, type Queues } from './queues.ts'
import type { Scope } from './scope.ts'

/** Of each budget, in one number; a state is some numbers of so many bits. */
const budget_bits = 2
const budget_max = (1 << budget_bits) - 1
const station_bits = 22
const queues_bits = 20
const places_max = 64

export class Situation {
  readonly scope: Scope
  readonly #chart: Chart
  readonly #queues: Queues
  /** Arrivals that were there before. */
  readonly #known = new Map<number, Choice>()
  readonly #mayCrash: readonly boolean[]
  readonly #packing: Packing
  readonly #memory: Memory
  readonly stations: Station[]
  /** What is under way, by direction. */
  readonly queues: number[]
  left = 0
  /** Of each client. */
  messages_max = Number.POSITIVE_INFINITY

  /** @param stations how the hosts are at first */
  constructor(scope: Scope, chart: Chart, queues: Queues, stations: readonly Station[]) {
    this.scope = scope
    this.#chart = chart
    this.#queues = queues
    this.stations = [...stations]
    this.queues = queues.directions.map(() => no_frames)
    this.#memory = new Memory(this)
    this.#mayCrash = scope.application.hosts.map((name) => scope.mayCrash?.includes(name) ?? true)
    for (const [at, budget] of budgets.entries()) {
      if (scope[budget] > budget_max) throw new Error(`${budget}: at most ${budget_max}`)
      this.left += scope[budget] << (at * budget_bits)
    }
    // Budgets that are 0 in front of no other need no room.
    const left_bits = Math.max(1, 32 - Math.clz32(this.left))
    this.#packing = new Packing([...stations.map(() => station_bits), ...stations.map(() => queues_bits), left_bits])
  }

  get words(): number {
    return this.#packing.words
  }

  read(words: Uint32Array): void {
    const { stations, queues } = this
    const values = this.#packing.read(words)
    let at = 0
    for (let host = 0; host < stations.length; host += 1, at += 1) stations[host] = this.#chart.station(values[at] ?? 0)
    for (let host = 0; host < stations.length; host += 1, at += 1) this.#queues.arriving(host, values[at] ?? 0, queues)
    this.left = values[at] ?? 0
    this.#memory.keep(this)
  }

  snapshot(): Memory {
    return new Memory(this)
  }

  become(memory: Memory): void {
    memory.restore(this)
  }

  /** As it was read last. */
  restore(): void {
    this.#memory.restore(this)
  }

  write(words: Uint32Array): void {
    const { stations, queues } = this
    const { values } = this.#packing
    let at = 0
    for (let host = 0; host < stations.length; host += 1, at += 1) values[at] = stations[host]?.id ?? 0
    for (let host = 0; host < stations.length; host += 1, at += 1) values[at] = this.#queues.arrivingId(host, queues)
    values[at] = this.left
    this.#packing.write(words)
  }

  leftOf(budget: Budget): number {
    return (this.left >> (budgets.indexOf(budget) * budget_bits)) & budget_max
  }

  /** Always in the same order for the same state. */
  choices(): Choice[] {
    const choices: Choice[] = []
    const { stations, messages_max } = this
    for (let host = 0; host < stations.length; host += 1) {
      const hostChoices = stations[host]?.hostChoices
      if (!hostChoices) continue
      for (const choice of hostChoices.plain) choices.push(choice)
      for (const { choice, nth } of hostChoices.clients) if (nth <= messages_max) choices.push(choice)
    }
    this.#arrivals(choices)
    const isQuiet = choices.length === 0
    if (isQuiet || this.leftOf('early') > 0) this.#timers(isQuiet, choices)
    if (this.left > 0) this.#faults(choices)
    return choices
  }

  /** Each frame that may be next; of equal ones, one. */
  #eachNext(see: (direction: number, place: number, frame: number) => void): void {
    const { directions, inOrder } = this.#queues
    for (let direction = 0; direction < directions.length; direction += 1) {
      const queue = this.queues[direction] ?? no_frames
      if (queue === no_frames || !this.stations[this.#receiver(direction)]?.hostChoices.runs) continue
      const frames = this.#queues.frames(queue)
      const count = inOrder ? 1 : frames.length
      for (let place = 0; place < count; place += 1) {
        const frame = frames[place]
        if (frame !== undefined && frame !== frames[place - 1]) see(direction, place, frame)
      }
    }
  }

  #receiver(direction: number): number {
    return this.#queues.directions[direction]?.to ?? 0
  }

  #arrivals(choices: Choice[]): void {
    this.#eachNext((direction, place, frame) => choices.push(this.#arrival(direction, place, frame)))
  }

  #arrival(direction: number, place: number, frame: number): Choice {
    const key = (frame * this.queues.length + direction) * places_max + place
    let arrival = this.#known.get(key)
    if (arrival === undefined) {
      if (place >= places_max) throw new Error(`there are at most ${places_max} frames in one direction`)
      const host = this.#receiver(direction)
      arrival = { ...plainly(host, this.#queues.arrival(frame)), takes: { direction, place } }
      this.#known.set(key, arrival)
    }
    return arrival
  }

  /** When nothing else can move, or early; each may be the first. */
  #timers(isQuiet: boolean, choices: Choice[]): void {
    for (const { hostChoices } of this.stations)
      for (const { quiet, early } of hostChoices.timers) choices.push(isQuiet ? quiet : early)
  }

  #faults(choices: Choice[]): void {
    for (const [host, { hostChoices }] of this.stations.entries()) {
      if (!this.#mayCrash[host]) continue
      if (this.leftOf('crashes') > 0) choices.push(...hostChoices.crashes)
      if (this.leftOf('takeovers') > 0 && hostChoices.takeover) choices.push(hostChoices.takeover)
    }
    const mayLose = this.leftOf('losses') > 0
    const mayRepeat = this.leftOf('repeats') > 0
    if (!mayLose && !mayRepeat) return
    this.#eachNext((direction, place, frame) => {
      const arrival = this.#arrival(direction, place, frame)
      if (mayLose) choices.push({ ...arrival, event: undefined, budget: 'losses', isFault: true })
      if (mayRepeat) choices.push(fault(arrival.host, this.#queues.arrival(frame), 'repeats'))
    })
  }

  /** @param move what the choice's event does at its host */
  apply({ host, takes, budget }: Choice, move: Move | undefined): void {
    if (budget !== undefined) this.left -= 1 << (budgets.indexOf(budget) * budget_bits)
    if (takes)
      this.queues[takes.direction] = this.#queues.without(this.queues[takes.direction] ?? no_frames, takes.place)
    if (move === undefined) return
    if (!move.to) throw new Error('there is no state behind what is broken')
    this.stations[host] = move.to
    for (const { direction, frame } of move.sent)
      this.queues[direction] = this.#queues.with(this.queues[direction] ?? no_frames, frame)
  }
}

/** What a situation was. */
export class Memory {
  readonly #stations: Station[]
  readonly #queues: number[]
  #left: number

  constructor({ stations, queues, left }: Situation) {
    this.#stations = [...stations]
    this.#queues = [...queues]
    this.#left = left
  }

  keep({ stations, queues, left }: Situation): void {
    copy(stations, this.#stations)
    copy(queues, this.#queues)
    this.#left = left
  }

  restore(situation: Situation): void {
    copy(this.#stations, situation.stations)
    copy(this.#queues, situation.queues)
    situation.left = this.#left
  }
}

function copy<Item>(from: readonly Item[], to: Item[]): void {
  for (let at = 0; at < from.length; at += 1) {
    const item = from[at]
    if (item !== undefined) to[at] = item
  }
}
