/**
 * The page's model: the tab, the edge, the job, and what the buttons do. Knows nothing of the document.
 *
 * @module
 */
import { connect } from '@darq/runtime'
import { type DelaysByOrigin, delaysOf, differences, type FlightRecord } from './delays.ts'
import { edgeDisk, slowEdgeDisk } from './edge-disk.ts'
import { killObject } from './edge-object.ts'
import { Flights, Totals } from './flights.address.ts'
import { Job } from './job.ts'
import { type Pace, parsePace } from './pace.ts'
import { rememberRun } from './remembered-run.ts'
import { Side } from './side.ts'
import type { FlightsDemo, Phase } from './snapshot.ts'
import { type SceneEvents, TabScene } from './tab-scene.ts'
import { visitorToken } from './visitor-token.ts'

/** The page's producer: the same in each of its lives, so that its numbers go on. */
const producer = 'flights-page'

export class Demo extends TabScene {
  readonly expected: DelaysByOrigin
  readonly tabSide = new Side()
  readonly edgeSide = new Side()
  phase: Phase = 'opening'
  failure: string | undefined
  readonly #flights: readonly FlightRecord[]
  #job: Job | undefined
  #pace: Pace | undefined

  constructor(flights: readonly FlightRecord[], events: SceneEvents) {
    super(events)
    this.#flights = flights
    this.expected = delaysOf(flights)
  }

  /** Opens both sides. Resolves when the tab's DARQ has said where the job goes on. */
  async open(): Promise<void> {
    const { changed, happened } = this.events
    const edge = connect(new URL('/darq', location.origin), {
      token: visitorToken(this.network.fetch),
      fetch: this.network.fetch,
    })
    this.edgeSide.follow({
      client: edge,
      name: 'totals',
      watch: (client) => client.watch(Totals.delays()),
      changed,
      takenBack: (flights) => happened(`The edge took back ${flights} flights that it had shown and not saved.`),
    })
    void edgeDisk('totals').then((latency_ms) => this.diskIs(latency_ms))
    const tab = await this.openTab({ producer })
    this.tabSide.follow({
      client: tab,
      name: 'flights',
      watch: (client) => client.watch(Flights.delays()),
      changed,
      takenBack: (flights) => happened(`The tab took back ${flights} flights that it had shown and not saved.`),
    })
    this.#job = new Job({
      client: tab,
      flights: this.#flights,
      pace: () => this.#pace,
      arrived: () => this.edgeSide.flights,
      onRetry: (error) => this.events.happened(`The page lost its host (${error.code}) and asks where to go on.`),
    })
    const next = await this.#job.resume()
    this.#enter(next > this.#flights.length ? 'done' : 'ready')
    void this.followStatus(tab)
  }

  /** Starts, or goes on after a pause. @param pace as the page's select has it */
  start(pace: string): void {
    this.setPace(pace)
    if (this.phase === 'ready') this.#run()
    if (this.phase === 'ready' || this.phase === 'paused') this.#enter('running')
    rememberRun('flights-run', pace)
  }

  /** What is under way goes on; nothing new is sent. */
  pause(): void {
    this.#pace = undefined
    rememberRun('flights-run', undefined)
    if (this.phase === 'running') this.#enter('paused')
  }

  setPace(pace: string): void {
    this.#pace = parsePace(pace)
  }

  /** Has the Durable Object thrown out of memory, in the middle of whatever it does. */
  async killEdge(): Promise<void> {
    this.events.happened(
      (await killObject('totals')) ? 'The edge object was killed.' : 'The edge could not be reached, so not killed.',
    )
  }

  /** Slows the edge's disk, so that one can see what is pending. */
  async slowEdge(latency_ms: number): Promise<void> {
    this.disk_ms = latency_ms
    this.disk_ms = await slowEdgeDisk('totals', latency_ms)
    const how = this.disk_ms === 0 ? 'is as fast as it is' : `takes ${this.disk_ms / 1000} s longer`
    this.events.happened(`The disk of the edge ${how}.`)
    this.events.changed()
  }

  /** Wipes both sides and reloads the page. */
  async startOver(): Promise<void> {
    this.pause()
    await this.wipeAll(['totals'], 'flights-tab')
  }

  /** How the sums of both sides differ from the file's; none when the job is done well. */
  differences(): string[] {
    const tab = differences(this.expected, this.tabSide.delays).map((line) => `tab, ${line}`)
    const edge = differences(this.expected, this.edgeSide.delays).map((line) => `edge, ${line}`)
    return [...tab, ...edge]
  }

  snapshot(): FlightsDemo {
    const { accepted, durable, committed } = this.#job?.grades ?? { accepted: 0, durable: 0, committed: 0 }
    return {
      phase: this.phase,
      flights: this.#flights.length,
      grades: { accepted, durable, committed },
      duplicates: this.#job?.duplicates ?? 0,
      batches: this.#job?.batches ?? [],
      tab: { ...this.tabSide.facts(), status: this.tab?.status, workers: this.workers },
      edge: this.edgeSide.facts(),
      failure: this.failure,
    }
  }

  #run(): void {
    this.#job?.run().then(
      () => {
        rememberRun('flights-run', undefined)
        this.#enter('done')
      },
      (error: unknown) => {
        this.failure = error instanceof Error ? error.message : String(error)
        this.#enter('failed')
      },
    )
  }

  protected makeWorker(name: string): Worker {
    return new Worker(new URL('./flights.worker.ts', import.meta.url), { type: 'module', name })
  }

  #enter(phase: Phase): void {
    this.phase = phase
    this.events.changed()
  }
}
