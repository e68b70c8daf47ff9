/**
 * Makes steps: runs a turn over the ledger and writes what it has come to, all or nothing.
 *
 * @module
 */
import type { Attached, LiveTimer, Lsn, NonEmpty, StepReceipt } from '../../engine/types.ts'
import { DarqError } from '../../error.ts'
import { isBackpressure } from '../wire/failure.ts'
import type { Ledger } from './ledger.ts'
import { LiveTimers } from './timers.ts'
import { Turn, type TurnContext } from './turn.ts'

export interface Stepped {
  readonly turn: Turn
  readonly receipt: StepReceipt
}

export class Stepping {
  /**
   * Of the newest step since the DARQ was attached; before the first, the newest record that was found: what is restored need
   * not be committed, when it depends on other hosts. 0 when there was none.
   */
  position: Lsn | 0 = 0
  attached: Attached | undefined
  readonly #ledger: Ledger
  readonly #timers = new LiveTimers()

  constructor(ledger: Ledger) {
    this.#ledger = ledger
  }

  restore(timers: Iterable<LiveTimer>, attached: Attached): void {
    this.attached = attached
    this.position = newestOf(attached)
    this.#timers.restore(timers, attached.name)
  }

  /** The message at `lsn` is delivered. */
  fired(lsn: Lsn): void {
    this.#timers.fired(lsn)
  }

  /** @returns the record of a named timer that has not fired */
  timer(name: string): Lsn | undefined {
    return this.attached === undefined ? undefined : this.#timers.find(name, this.attached)
  }

  /**
   * One step that consumes the messages at `lsns`, and the state that `body` replaces.
   *
   * @param at names the step's turn: the LSN of the message that it is about
   * @throws what `body` or the DARQ has thrown; nothing happened then
   */
  step(site: TurnContext, at: Lsn, lsns: readonly Lsn[], body: (turn: Turn) => void): Stepped {
    const { attached } = this
    if (attached === undefined) throw new DarqError('closed')
    const turn = new Turn(site, at)
    const ledger = this.#ledger
    ledger.begin()
    try {
      body(turn)
      turn.close()
      // A message that was retried may be far behind the log's end.
      const end = this.position !== 0 && this.position > at ? this.position : at
      const moves = ledger.moves(end, 2 * Math.max(1, lsns.length), lsns.length + turn.consume.length > 0)
      const { outs, timers } = turn.outs()
      const consume = [...lsns, ...turn.consume, ...moves.consume]
      if (!isNonEmpty(consume)) throw new DarqError('step_empty')
      const receipt = attached.step({
        consume,
        send: outs,
        remember: moves.remember,
        ...(moves.checkpoint !== undefined && { checkpoint: moves.checkpoint }),
      })
      this.position = receipt.completion
      ledger.settle(moves, receipt)
      this.#timers.settle(outs, timers, receipt.sent)
      this.#moveTimers(attached, receipt.completion)
      return { turn, receipt }
    } catch (error) {
      turn.close()
      ledger.undo()
      throw error
    }
  }

  /** In a step of its own, so that none of the application's can fail because of it. */
  #moveTimers(attached: Attached, at: Lsn): void {
    try {
      this.#timers.moveForward(at, attached)
    } catch (error) {
      // A full log: there will be another step when it has room again.
      if (!isBackpressure(error)) throw error
    }
  }
}

function isNonEmpty<T>(list: readonly T[]): list is NonEmpty<T> {
  return list.length > 0
}

/** Records are 8-aligned: this one is before an end if and only if all of the log is. */
function newestOf({ log_start, log_bytes }: Attached): Lsn | 0 {
  return log_bytes === 0 ? 0 : ((log_start + log_bytes - 8) as Lsn)
}
