/**
 * A state of the whole world: that of each host, what is under way in each direction, and the faults that are left. And what can
 * happen next in it.
 *
 * @module
 */
import type { Chart, Move, Station } from './chart.ts'
import { no_frames, type Queues } from './queues.ts'
import type { Scope } from './scope.ts'

export const budgets = ['crashes', 'losses', 'repeats', 'takeovers', 'early'] as const
export type Budget = (typeof budgets)[number]
/** Of each budget, in one number. */
const budget_bits = 4
const budget_max = (1 << budget_bits) - 1

/** What can happen next. */
export interface Choice {
  readonly host: number
  /** What happens at that host; nothing when a frame is lost. */
  readonly event: number | undefined
  /** The frame that is taken off its way: by its direction, and its place there. */
  readonly takes: { readonly direction: number; readonly place: number } | undefined
  /** Of which it takes one. */
  readonly budget: Budget | undefined
  /** Counted by the scope or of no use: the world must come to its end without. */
  readonly isFault: boolean
}

const plainly = { takes: undefined, budget: undefined, isFault: false }
const fault = (budget: Budget) => ({ takes: undefined, budget, isFault: true })

export class Situation {
  readonly scope: Scope
  readonly #chart: Chart
  readonly #queues: Queues
  readonly #mayCrash: readonly boolean[]
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
    this.#mayCrash = scope.application.hosts.map((name) => scope.mayCrash?.includes(name) ?? true)
    for (const [at, budget] of budgets.entries()) {
      if (scope[budget] > budget_max) throw new Error(`${budget}: at most ${budget_max}`)
      this.left += scope[budget] << (at * budget_bits)
    }
  }

  get words(): number {
    return this.stations.length + this.queues.length + 1
  }

  read(words: Uint32Array): void {
    const { stations, queues } = this
    for (let host = 0; host < stations.length; host += 1) stations[host] = this.#chart.station(words[host] ?? 0)
    for (let way = 0; way < queues.length; way += 1) queues[way] = words[stations.length + way] ?? 0
    this.left = words[stations.length + queues.length] ?? 0
  }

  write(words: Uint32Array): void {
    const { stations, queues } = this
    for (const [host, station] of stations.entries()) words[host] = station.id
    for (let way = 0; way < queues.length; way += 1) words[stations.length + way] = queues[way] ?? 0
    words[stations.length + queues.length] = this.left
  }

  leftOf(budget: Budget): number {
    return (this.left >> (budgets.indexOf(budget) * budget_bits)) & budget_max
  }

  /** Always in the same order for the same state. */
  choices(): Choice[] {
    const choices: Choice[] = []
    const { stations, messages_max } = this
    for (let host = 0; host < stations.length; host += 1) {
      const offers = stations[host]?.offers
      if (!offers) continue
      for (const event of offers.plain) choices.push({ ...plainly, host, event })
      for (const { event, nth } of offers.clients) if (nth <= messages_max) choices.push({ ...plainly, host, event })
    }
    this.#arrivals(choices)
    const isQuiet = choices.length === 0
    if (isQuiet || this.leftOf('early') > 0) this.#timers(isQuiet, choices)
    if (this.left > 0) this.#faults(choices)
    return choices
  }

  /** Each frame that may be next; of equal ones, one. */
  *#next(): Generator<{ readonly direction: number; readonly place: number; readonly frame: number }> {
    const { directions, inOrder } = this.#queues
    for (let direction = 0; direction < directions.length; direction += 1) {
      const queue = this.queues[direction] ?? no_frames
      if (queue === no_frames || !this.stations[directions[direction]?.to ?? 0]?.offers.runs) continue
      const frames = this.#queues.frames(queue)
      const count = inOrder ? 1 : frames.length
      for (let place = 0; place < count; place += 1) {
        const frame = frames[place]
        if (frame !== undefined && frame !== frames[place - 1]) yield { direction, place, frame }
      }
    }
  }

  #receiver(direction: number): number {
    return this.#queues.directions[direction]?.to ?? 0
  }

  #arrivals(choices: Choice[]): void {
    for (const { direction, place, frame } of this.#next())
      choices.push({
        host: this.#receiver(direction),
        event: this.#queues.arrival(frame),
        takes: { direction, place },
        budget: undefined,
        isFault: false,
      })
  }

  /** When nothing else can move, or early; each may be the first. */
  #timers(isQuiet: boolean, choices: Choice[]): void {
    for (const [host, { offers }] of this.stations.entries())
      for (const { event, isNeeded } of offers.timers)
        choices.push(isQuiet ? { ...plainly, host, event, isFault: !isNeeded } : { ...fault('early'), host, event })
  }

  #faults(choices: Choice[]): void {
    for (const [host, { offers }] of this.stations.entries()) {
      if (!this.#mayCrash[host]) continue
      if (this.leftOf('crashes') > 0)
        for (const event of offers.crashes) choices.push({ ...fault('crashes'), host, event })
      if (this.leftOf('takeovers') > 0 && offers.takeover !== undefined)
        choices.push({ ...fault('takeovers'), host, event: offers.takeover })
    }
    const mayLose = this.leftOf('losses') > 0
    const mayRepeat = this.leftOf('repeats') > 0
    if (!mayLose && !mayRepeat) return
    for (const { direction, place, frame } of this.#next()) {
      const host = this.#receiver(direction)
      if (mayLose) choices.push({ ...fault('losses'), host, event: undefined, takes: { direction, place } })
      if (mayRepeat) choices.push({ ...fault('repeats'), host, event: this.#queues.arrival(frame) })
    }
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
