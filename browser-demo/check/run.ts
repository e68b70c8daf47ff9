/**
 * One check: the job from the first flight to the last, with every planned fault, and the comparison at its end.
 *
 * @module
 */
import { readFile } from 'node:fs/promises'
import { Random } from '../random.ts'
import { requestFates } from '../request-fate.ts'
import { serve } from '../serve.ts'
import { type DelaysByOrigin, delaysOf, differences, type FlightRecord } from '../src/delays.ts'
import type { FlightsDemo } from '../src/snapshot.ts'
import { BrowserTab } from './browser-tab.ts'
import { EdgeObserver } from './edge-observer.ts'
import { FaultMaker } from './fault-maker.ts'
import { type FaultSide, type PlannedFault, planFaults, sideOf } from './fault-plan.ts'
import { type Progress, type Recovered, Recovery } from './recovery.ts'
import { type Percentiles, Tally } from './tally.ts'

export interface CheckOptions {
  /** The file of flights. */
  readonly data: string
  readonly seed: number
  /** Of the tab and of the edge, each. */
  readonly kills: number
  /** An empty folder for the edge's storage. */
  readonly folder: string
  /** The path of a Chromium. */
  readonly chromium: string
  readonly log: (line: string) => void
}

export interface CheckResult {
  /** Why the check failed; none when it passed. */
  readonly failures: readonly string[]
  readonly messages: number
  /** Counted by the hosts of both sides, in all of their lives. */
  readonly steps: number
  readonly duplicates_refused: number
  readonly kills: Readonly<Record<FaultSide, number>>
  readonly requests: { readonly all: number; readonly dropped: number; readonly duplicated: number }
  readonly accepted_ms: Percentiles
  readonly durable_ms: Percentiles
  readonly seconds: number
  readonly recovered: readonly Recovered[]
}

const poll_ms = 15
/** The whole check must end below 120 s. */
const deadline_ms = 105_000
const share_min = 0.05

/** @throws {Error} when the check could not be carried out at all */
export async function runCheck(options: CheckOptions): Promise<CheckResult> {
  const flights: readonly FlightRecord[] = JSON.parse(await readFile(options.data, 'utf8'))
  const random = new Random(options.seed)
  const plan = planFaults(random, { flights: flights.length, kills: options.kills })
  const failures: string[] = []

  await using served = await serve({ ...options, port: 0, fate: requestFates(random) })
  await using tab = await BrowserTab.open({
    url: served.url,
    executable: options.chromium,
    onComplaint: (text) => failures.push(`the page complained: ${text}`),
  })
  await using observer = new EdgeObserver(served.edge.url)
  const maker = new FaultMaker(tab, served.edge, () => observer.see())
  const driver = new Driver({ tab, maker, observer, plan, log: options.log })

  await driver.ready()
  await tab.start()
  const started_ms = performance.now()
  failures.push(...(await driver.drive(started_ms + deadline_ms)))
  const seconds = (performance.now() - started_ms) / 1000
  await served.proxy.settled()

  // What counts is what is still there after both sides have been lost once more.
  options.log('comparing, after one more restart of both sides')
  await maker.make({ kind: 'edge_kill', lasts_ms: 0 })
  await tab.reopen()
  const expected = delaysOf(flights)
  const edge = await eventually(() => observer.delays())
  failures.push(...differences(expected, edge).map((line) => `edge, ${line}`))
  const there = await driver.committedAtTab(flights.length)
  failures.push(...differences(expected, there).map((line) => `tab, ${line}`))

  const { requests: all, dropped, duplicated } = served.proxy.counts
  for (const [what, times] of Object.entries({ dropped, duplicated }))
    if (times < share_min * all || times === 0) failures.push(`only ${times} of ${all} requests were ${what}`)
  const { tally, recovery } = driver
  return {
    failures,
    messages: flights.length,
    steps: tally.tab.steps + observer.counts.steps,
    duplicates_refused: tally.tab.duplicates_refused + observer.counts.duplicates_refused,
    kills: { ...maker.happened, edge: maker.happened.edge - 1 },
    requests: { all, dropped, duplicated },
    accepted_ms: tally.latency('accepted_ms'),
    durable_ms: tally.latency('durable_ms'),
    seconds,
    recovered: recovery.done,
  }
}

interface DriverParts {
  readonly tab: BrowserTab
  readonly maker: FaultMaker
  readonly observer: EdgeObserver
  readonly plan: readonly PlannedFault[]
  readonly log: (line: string) => void
}

/** Watches the page and lets the faults happen at their places. */
class Driver {
  readonly tally = new Tally()
  readonly recovery = new Recovery()
  readonly #tab: BrowserTab
  readonly #maker: FaultMaker
  readonly #observer: EdgeObserver
  readonly #due: PlannedFault[]
  readonly #log: (line: string) => void

  constructor({ tab, maker, observer, plan, log }: DriverParts) {
    this.#tab = tab
    this.#maker = maker
    this.#observer = observer
    this.#due = [...plan]
    this.#log = log
  }

  async ready(): Promise<void> {
    await this.#until(30_000, 'the page is ready', ({ phase }) => phase === 'ready')
  }

  /** Resolves when the job is done. @returns what went wrong */
  async drive(end_ms: number): Promise<string[]> {
    const failures: string[] = []
    for (;;) {
      const seen = await this.#look()
      if (performance.now() > end_ms) return [...failures, `not done in time; ${describe(seen, this.recovery)}`]
      if (seen === undefined) continue
      if (seen.failure !== undefined) return [...failures, `the job failed: ${seen.failure}`]
      const done = seen.phase === 'done' && seen.edge.flights >= seen.flights && seen.edge.grade === 'committed'
      if (done) break
      const [next] = this.#due
      if (next === undefined || seen.grades.accepted < next.at_flights || this.recovery.isOpen(sideOf(next.kind)))
        continue
      this.#due.shift()
      await this.#make(next, seen)
    }
    for (const { kind, at_flights } of this.#due)
      failures.push(`planned, but never fired: ${kind} at flight ${at_flights}`)
    for (const side of this.recovery.waiting) failures.push(`the ${side} was not seen to recover from its last fault`)
    return failures
  }

  /** The tab's sums, when they are committed. */
  async committedAtTab(flights: number): Promise<DelaysByOrigin> {
    const seen = await this.#until(
      15_000,
      'the tab has its sums again',
      ({ tab }) => tab.grade === 'committed' && tab.flights >= flights,
    )
    return seen?.tab.delays ?? {}
  }

  async #make(fault: PlannedFault, seen: FlightsDemo): Promise<void> {
    this.#log(`flight ${String(seen.grades.accepted).padStart(6)}: ${fault.kind}`)
    const began_ms = performance.now()
    const before = this.#progress(seen)
    await this.#maker.make(fault)
    // A kill is recovered from since it was made, a cut since the network is back.
    this.recovery.begin(fault, before, fault.kind === 'network_cut' ? performance.now() : began_ms)
  }

  #progress({ flights, tab, edge }: FlightsDemo): Progress {
    return {
      all: flights,
      tab: { flights: tab.flights, epoch: tab.counts?.epoch },
      // The page learns of a new life of the edge later than the observer, which asks workerd itself.
      edge: { flights: edge.flights, epoch: this.#observer.epoch },
    }
  }

  async #look(): Promise<FlightsDemo | undefined> {
    await new Promise((resolve) => setTimeout(resolve, poll_ms))
    const seen = await this.#tab.look()
    if (seen === undefined) return undefined
    this.tally.see(seen)
    this.recovery.see(this.#progress(seen), performance.now())
    return seen
  }

  /** @returns the last look, whether it holds or the time is over */
  async #until(wait_ms: number, what: string, holds: (seen: FlightsDemo) => boolean): Promise<FlightsDemo | undefined> {
    const end_ms = performance.now() + wait_ms
    for (;;) {
      const seen = await this.#look()
      if (seen !== undefined && holds(seen)) return seen
      if (performance.now() <= end_ms) continue
      this.#log(`waited in vain until ${what}`)
      return seen
    }
  }
}

function describe(seen: FlightsDemo | undefined, recovery: Recovery): string {
  if (seen === undefined) return 'the page does not answer'
  const { phase, grades, flights, edge } = seen
  const waiting = recovery.waiting.length === 0 ? '' : `; not recovered: ${recovery.waiting.join(', ')}`
  return `${phase}, ${grades.committed} of ${flights} committed at the tab, ${edge.flights} at the edge${waiting}`
}

const attempts_max = 40

/** Asks again while the edge starts. */
async function eventually<T>(ask: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await ask()
    } catch (error) {
      if (attempt === attempts_max) throw error
      await new Promise((resolve) => setTimeout(resolve, 10 * poll_ms))
    }
  }
}
