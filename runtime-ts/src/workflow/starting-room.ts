/**
 * Room in the log for another instance.
 *
 * @module
 */
import type { LiveContext } from '../crest/run/live.ts'
import { encodePlain, payloadBytes } from '../crest/wire/plain.ts'
import { DarqError, type Plain } from '../error.ts'

/**
 * State that leaves so little room in the log takes no more instances: those that run need their answers and messages, and
 * these are let in only below five eighths of the log, which may be twice as long as its state.
 */
const log_share = 1 / 5
/** What an instance takes beside its input, at first. */
const instance_bytes = 512

export class StartingRoom {
  readonly #place: Pick<LiveContext, 'ledger' | 'log_bytes_max'>
  /** What those will take of the log that have begun, and are not in the state yet. */
  readonly #starting = new Map<string, number>()
  #bytes = 0

  constructor(place: Pick<LiveContext, 'ledger' | 'log_bytes_max'>) {
    this.#place = place
  }

  /**
   * @param running how many instances there are
   * @throws {DarqError} `quota`
   */
  take(key: string, input: Plain, running: number): void {
    const { ledger, log_bytes_max } = this.#place
    const bytes = instance_bytes + payloadBytes(encodePlain(input))
    // Whatever else there is, answers that nobody has fetched perhaps: one can always run.
    if (running === 0 || ledger.live_bytes + this.#bytes + bytes <= log_bytes_max * log_share) {
      this.#starting.set(key, bytes)
      this.#bytes += bytes
      return
    }
    // In few words: they too take room in the log, until the caller has read them.
    throw new DarqError('quota', { message: 'no room in the log for another instance', facts: { instance: key } })
  }

  /** Its first step is made. */
  started(key: string): void {
    this.#bytes -= this.#starting.get(key) ?? 0
    this.#starting.delete(key)
  }
}
