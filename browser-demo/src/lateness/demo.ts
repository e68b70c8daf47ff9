/**
 * The scene's model: the stream in the tab, the board at the edge, the feeder, and what the buttons do. Knows nothing of the
 * document.
 *
 * @module
 */
import { type Client, connect, DarqError } from '@darq/runtime'
import { feed } from '@darq/runtime/stream'
import type { FlightRecord } from '../delays.ts'
import { edgeDisk, slowEdgeDisk } from '../edge-disk.ts'
import { edgeHost, killObject } from '../edge-object.ts'
import { Followed } from '../followed.ts'
import { Presence } from '../presence.ts'
import { rememberRun } from '../remembered-run.ts'
import { type SceneEvents, TabScene } from '../tab-scene.ts'
import { visitorToken } from '../visitor-token.ts'
import { arriving, type Pace, parsePace } from './arrival.ts'
import { inOrderOfArrival } from './arrivals.ts'
import { type Cell, cellsOf, nameOf } from './cells.ts'
import { differencesOf } from './differences.ts'
import { type ClosedWindow, type Expected, expectedOf } from './expected.ts'
import { Latencies } from './latencies.ts'
import { Board, Departures, type Progress, type Received, type WindowRow } from './lateness.address.ts'
import type { LatenessDemoFacts, Phase } from './snapshot.ts'
import { Throughput } from './throughput.ts'

/** The page's producer: the same in each of its lives, so that its numbers go on. */
const producer = 'stream-page'
/** Flights in one message: the same for ever, since messages are numbered. */
const batch = 64
/** Messages that may be under way: what a crash of the worker makes the page offer again. */
const ahead_max = 16
/** Before the feeder asks again where to go on, after a failure that may pass. */
const retry_ms = 250
export const run_name = 'stream-run'

export class LatenessDemo extends TabScene {
  readonly expected: Expected
  phase: Phase = 'opening'
  readonly #arrivals: readonly FlightRecord[]
  readonly #closed: ReadonlyMap<string, ClosedWindow>
  /** Which of its airport's windows each one is, in the order in which they close. */
  readonly #places: ReadonlyMap<string, number>
  readonly #closedOf: ReadonlyMap<string, readonly ClosedWindow[]>
  readonly #edge: Client
  readonly #token: () => Promise<string>
  readonly #windows: Followed<WindowRow[]>
  readonly #progress: Followed<{ key: string; value: Progress }[]>
  readonly #dropped: Followed<{ key: string; value: number }[]>
  readonly #received: Followed<Record<string, Received>>
  readonly #latencies = new Latencies(() => performance.now())
  readonly #throughput = new Throughput()
  readonly #tabPresence = new Presence()
  readonly #edgePresence = new Presence()
  #pace: Pace = 'free'
  #pausing = new AbortController()
  #failure: string | undefined

  constructor(flights: readonly FlightRecord[], events: SceneEvents) {
    super(events)
    this.#arrivals = inOrderOfArrival(flights)
    this.expected = expectedOf(this.#arrivals)
    this.#closed = new Map(this.expected.closed.map((window) => [nameOf(window), window]))
    this.#closedOf = Map.groupBy(this.expected.closed, ({ key }) => key)
    this.#places = new Map(
      [...this.#closedOf.values()].flatMap((windows) =>
        windows.map((window, place) => [nameOf(window), place] as const),
      ),
    )
    const { fetch } = this.network
    this.#token = visitorToken(fetch)
    this.#edge = connect(new URL('/board', location.origin), { token: this.#token, fetch })
    this.#windows = new Followed(() => this.#sawWindows())
    this.#progress = new Followed(() => {
      this.#throughput.see(this.#taken, performance.now())
      this.#sawWindows()
    })
    this.#dropped = new Followed(events.changed)
    this.#received = new Followed(() => this.#sawReceived())
  }

  /** Opens both sides. Resolves when the tab's DARQ has said where the feeder goes on. */
  async open(): Promise<void> {
    const { changed } = this.events
    const forEver = new AbortController().signal
    void this.#received.follow((options) => this.#edge.watch(Board.received(), options), forEver)
    void this.#edgePresence.follow(edgeHost('/board', 'board', this.#token, this.network.fetch), changed)
    void edgeDisk('board').then((latency_ms) => this.diskIs(latency_ms))
    void this.askForPlug()
    const tab = await this.openTab({ producer })
    void this.#tabPresence.follow(() => tab.inspect('departures').counts(), changed)
    void this.#windows.follow((options) => tab.watch(Departures.windows(), options), forEver)
    void this.#progress.follow((options) => tab.watch(Departures.progress(), options), forEver)
    void this.#dropped.follow((options) => tab.watch(Departures.dropped(), options), forEver)
    const next = await tab.inspect('departures').expected()
    this.#enter((next - 1) * batch >= this.#arrivals.length ? 'done' : 'ready')
    void this.followStatus(tab)
  }

  /** Starts, or goes on after a pause. @param pace as the page's select has it */
  start(pace: string): void {
    this.#pace = parsePace(pace)
    rememberRun(run_name, pace)
    if (this.phase !== 'ready' && this.phase !== 'paused') return
    this.#enter('running')
    this.#pausing = new AbortController()
    void this.#run(this.#pausing.signal)
  }

  /** What is under way goes on; nothing new is fed. */
  pause(): void {
    rememberRun(run_name, undefined)
    this.#pausing.abort()
    if (this.phase === 'running') this.#enter('paused')
  }

  async killEdge(): Promise<void> {
    const isDead = await killObject('board')
    this.events.happened(isDead ? 'The edge object was killed.' : 'The edge could not be reached, so not killed.')
  }

  async slowEdge(latency_ms: number): Promise<void> {
    this.disk_ms = latency_ms
    this.diskIs(await slowEdgeDisk('board', latency_ms))
    const how = this.disk_ms === 0 ? 'is as fast as it is' : `takes ${this.disk_ms / 1000} s longer`
    this.events.happened(`The disk of the edge ${how}.`)
  }

  /** Wipes both sides and reloads the page. */
  async startOver(): Promise<void> {
    this.pause()
    await this.wipeAll(['board'], 'stream-tab')
  }

  cells(): ReadonlyMap<string, Cell> {
    return cellsOf({
      ...{ windows: this.#windows, received: this.#received, newest_ms: this.#newest_ms },
      place: (name) => this.#places.get(name),
    })
  }

  /** How both sides differ from a plain loop over the file; none when the job is done well. */
  differences(): string[] {
    const windows = this.#windows.value ?? []
    return differencesOf(this.expected, { windows, received: this.#received.value ?? {}, dropped: this.#droppedCount })
  }

  snapshot(): LatenessDemoFacts {
    const cells = [...this.cells().values()]
    const windows = this.#windows.value?.length ?? 0
    const open = cells.filter(({ isOpen }) => isOpen).length
    return {
      phase: this.phase,
      flights: this.#arrivals.length,
      taken: this.#taken,
      per_second: this.phase === 'running' ? this.#throughput.per_second : 0,
      closed: windows - open,
      open,
      saved: cells.filter(({ how }) => how === 'saved').length,
      windowsAre: this.#windows.how,
      dropped: this.#droppedCount,
      received: this.#received.value ?? {},
      results: resultsIn(this.#received.value),
      resultsSaved: resultsIn(this.#received.saved),
      resultsAre: this.#received.how,
      latency_ms: {
        tab: this.#latencies.median_ms('tab'),
        edge: this.#latencies.median_ms('edge'),
        saved: this.#latencies.median_ms('saved'),
      },
      tab: { reachable: this.#tabPresence.reachable, epoch: this.#tabPresence.epoch, workers: this.workers },
      status: this.tab?.status,
      edge: { reachable: this.#edgePresence.reachable, epoch: this.#edgePresence.epoch },
      isOffline: this.network.state === 'offline',
      disk_ms: this.disk_ms,
      hasPlug: this.hasPlug,
      failure: this.#failure,
    }
  }

  get #taken(): number {
    return this.#progress.value?.[0]?.value.flights ?? 0
  }

  get #newest_ms(): number {
    return this.#progress.value?.[0]?.value.newest_ms ?? 0
  }

  get #droppedCount(): number {
    return this.#dropped.value?.[0]?.value ?? 0
  }

  /** Feeds what the stream has not taken, until all of it is committed or somebody pauses. */
  async #run(signal: AbortSignal): Promise<void> {
    const tab = this.tab
    if (tab === undefined) return
    for (;;) {
      try {
        await feed(tab, Departures.flight, (from) => this.#arriving(from, signal), {
          ...{ numbered: true, batch, ahead_max, signal },
        })
        rememberRun(run_name, undefined)
        this.#enter('done')
        return
      } catch (error) {
        if (signal.aborted) return
        if (!(error instanceof DarqError) || !error.retryable) {
          this.#failure = error instanceof Error ? error.message : String(error)
          this.#enter('failed')
          return
        }
        this.events.happened(`The feeder lost its host (${error.code}) and asks where to go on.`)
        await new Promise((resolve) => setTimeout(resolve, retry_ms))
      }
    }
  }

  #arriving(from: number, signal: AbortSignal): AsyncIterable<FlightRecord> {
    const arrived = (index: number): void => this.#latencies.arrived(index)
    return arriving({ flights: this.#arrivals, from, pace: () => this.#pace, signal, arrived })
  }

  #sawWindows(): void {
    for (const [name, { isOpen }] of this.cells()) {
      const window = this.#closed.get(name)
      if (window !== undefined && !isOpen) this.#latencies.saw(window, 'tab')
    }
    this.events.changed()
  }

  #sawReceived(): void {
    for (const [airport, closed] of this.#closedOf) {
      for (const window of closed.slice(0, this.#received.value?.[airport]?.windows ?? 0))
        this.#latencies.saw(window, 'edge')
      for (const window of closed.slice(0, this.#received.saved?.[airport]?.windows ?? 0))
        this.#latencies.saw(window, 'saved')
    }
    this.events.changed()
  }

  protected makeWorker(name: string): Worker {
    return new Worker(new URL('./lateness.worker.ts', import.meta.url), { type: 'module', name })
  }

  #enter(phase: Phase): void {
    this.phase = phase
    this.events.changed()
  }
}

function resultsIn(received: Readonly<Record<string, Received>> | undefined): number {
  return Object.values(received ?? {}).reduce((sum, { windows }) => sum + windows, 0)
}
