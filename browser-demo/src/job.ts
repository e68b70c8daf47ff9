/**
 * The producer: hands the flights of the file, numbered 1, 2, 3, …, to the DARQ `flights`, a window at a time. It keeps
 * nothing between two lives of the page: where it goes on, the DARQ says.
 *
 * @module
 */
import { type Client, DarqError, type Receipt } from '@darq/runtime'
import type { FlightRecord } from './delays.ts'
import { Flights } from './flights.address.ts'
import { GradeCount, type Grades } from './grades.ts'
import { allowance, type Pace } from './pace.ts'
import type { BatchTimes } from './snapshot.ts'

/** Windows that may be under way, not yet committed: what a crash of the worker makes the page offer again. */
const windows_max = 8
/** How often a held-up producer looks whether it may go on. */
const tick_ms = 20
/** Before the producer asks again where to go on, after a failure that may pass. */
const retry_ms = 250

export interface JobOptions {
  readonly client: Client
  readonly flights: readonly FlightRecord[]
  /** The pace now; `undefined` while paused. */
  readonly pace: () => Pace | undefined
  /** Flights in the totals of the edge. */
  readonly arrived: () => number
  readonly onRetry: (error: DarqError) => void
}

export class Job {
  readonly grades = new GradeCount()
  readonly batches: BatchTimes[] = []
  duplicates = 0
  readonly #options: JobOptions
  #underWay = 0

  constructor(options: JobOptions) {
    this.#options = options
  }

  /** Asks the DARQ how many flights it has. What it has taken before this page's life came from its disk: it is committed. */
  async resume(): Promise<number> {
    const inspect = this.#options.client.inspect('flights')
    const next = await inspect.expected()
    await this.#options.client.query(Flights.delays(), { grade: 'committed' })
    this.grades.reach('committed', next - 1)
    return next
  }

  /**
   * Sends every flight that the DARQ has not taken. Resolves when all of them are committed.
   *
   * @throws {DarqError} when the DARQ refuses a flight for good
   */
  async run(): Promise<void> {
    while (this.grades.committed < this.#options.flights.length) {
      try {
        await this.#sendFrom(await this.resume())
      } catch (error) {
        if (!(error instanceof DarqError) || !error.retryable) throw error
        this.#options.onRetry(error)
        await pause(retry_ms)
      }
    }
  }

  async #sendFrom(first: number): Promise<void> {
    const { flights, pace, arrived } = this.#options
    const failed: unknown[] = []
    let sent = first - 1
    let since_ms = performance.now()
    while (sent < flights.length && failed.length === 0) {
      const now_ms = performance.now()
      const present = pace()
      // A pause, or a long wait for a free window, is no credit to be spent at once.
      const waited_ms = Math.min(now_ms - since_ms, 5 * tick_ms)
      const room = this.#underWay < windows_max && present !== undefined
      const allowed = room ? allowance(present, { waited_ms, flights: flights.length, sent, arrived: arrived() }) : 0
      if (allowed === 0) {
        await pause(tick_ms)
        continue
      }
      since_ms = now_ms
      const window = flights.slice(sent, sent + allowed)
      this.#send(window, sent + 1).catch((error: unknown) => failed.push(error))
      sent += window.length
    }
    while (this.#underWay > 0) await pause(tick_ms)
    if (failed.length > 0) throw failed[0]
  }

  /** Sends one window and follows its grades. Resolves when it is committed. */
  async #send(window: readonly FlightRecord[], first: number): Promise<void> {
    this.#underWay += 1
    const started_ms = performance.now()
    try {
      const receipts = window.map((flight, i) =>
        this.#options.client.send(Flights.flight(flight), { sequence: first + i }),
      )
      const last = receipts.at(-1)
      if (last === undefined) return
      const sequence = first + receipts.length - 1
      const accepted_ms = await this.#reach(last, 'accepted', sequence, started_ms)
      const accepted = await Promise.all(receipts.map((receipt) => receipt.accepted))
      this.duplicates += accepted.filter(({ duplicate }) => duplicate).length
      const durable_ms = await this.#reach(last, 'durable', sequence, started_ms)
      const committed_ms = await this.#reach(last, 'committed', sequence, started_ms)
      this.batches.push({ flights: window.length, accepted_ms, durable_ms, committed_ms })
    } finally {
      this.#underWay -= 1
    }
  }

  async #reach(receipt: Receipt, grade: keyof Grades, sequence: number, started_ms: number): Promise<number> {
    await receipt[grade]
    this.grades.reach(grade, sequence)
    return performance.now() - started_ms
  }
}

function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds))
}
