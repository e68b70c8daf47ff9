/**
 * A participant's live timers: where the record of each is. One that is far off is moved forward now and then, so that it
 * doesn't pin the log.
 *
 * @module
 */
import type { Attached, LiveTimer, Lsn, Out, Payload } from '../../engine/types.ts'
import { readable } from '../wire/failure.ts'
import { Pins } from './pins.ts'

/** A timer's record may pin so much of the log before it is moved. */
const pinned_bytes_max = 1_048_576

interface Timer {
  /** 0: it has fired, or was cancelled. */
  lsn: Lsn | 0
  readonly to: string
  readonly due_ms: number
  readonly bytes: Payload
}

export class LiveTimers {
  readonly #named = new Map<string, Timer>()
  /** Those to the participant itself: they are delivered under the LSN of their record. */
  readonly #own = new Map<Lsn, Timer>()
  readonly #pins = new Pins<Timer>((timer) => timer.lsn)
  #name = ''

  /** @param name of the DARQ */
  restore(timers: Iterable<LiveTimer>, name: string): void {
    this.#name = name
    for (const { lsn, to, due_ms, bytes } of timers) this.#add(lsn, { to, bytes, due_ms }, readable(bytes)?.timer?.name)
  }

  #add(lsn: Lsn, { to, bytes, due_ms = 0 }: Out, name: string | undefined): void {
    const timer = { lsn, to, bytes, due_ms }
    this.#pins.push(timer, lsn)
    if (to === this.#name) this.#own.set(lsn, timer)
    if (name !== undefined) this.#named.set(name, timer)
  }

  /** The message at `lsn` is delivered: if it was a timer, that timer is over. */
  fired(lsn: Lsn): void {
    const timer = this.#own.get(lsn)
    if (timer === undefined) return
    timer.lsn = 0
    this.#own.delete(lsn)
  }

  /** @returns the record of a named timer that has not fired */
  find(name: string, attached: Attached): Lsn | undefined {
    const timer = this.#named.get(name)
    if (timer === undefined) return undefined
    const lsn = liveLsn(timer, attached)
    if (lsn === undefined) this.#named.delete(name)
    return lsn
  }

  /**
   * A step has happened.
   *
   * @param timers the index in `outs` of each named timer that was set; `undefined` for one that was cancelled
   * @param sent where each of `outs` stands
   */
  settle(outs: readonly Out[], timers: ReadonlyMap<string, number | undefined>, sent: readonly Lsn[]): void {
    if (outs.length === 0 && timers.size === 0) return
    const names = new Map<number, string>()
    for (const [name, index] of timers) {
      this.#named.delete(name)
      if (index !== undefined) names.set(index, name)
    }
    for (const [index, out] of outs.entries()) {
      const lsn = sent[index]
      if (out.due_ms !== undefined && lsn !== undefined) this.#add(lsn, out, names.get(index))
    }
  }

  /**
   * Moves the oldest one forward, if it pins too much.
   *
   * @param at an LSN near the log's end
   * @throws what the step throws; nothing happened then
   */
  moveForward(at: Lsn, attached: Attached): void {
    const oldest = this.#pins.oldest
    if (oldest === undefined || at - oldest <= Math.min(pinned_bytes_max, attached.log_bytes_max / 8)) return
    for (const timer of this.#pins.live()) {
      const lsn = liveLsn(timer, attached)
      if (lsn === undefined) continue
      const { to, bytes, due_ms } = timer
      const [moved] = attached.step({ consume: [lsn], send: [{ to, bytes, due_ms }] }).sent
      if (moved === undefined) return
      if (this.#own.delete(lsn)) this.#own.set(moved, timer)
      timer.lsn = moved
      this.#pins.push(timer, moved)
      return
    }
  }
}

/** @returns where its record is, if it has not fired since */
function liveLsn(timer: Timer, attached: Attached): Lsn | undefined {
  if (timer.lsn === 0) return undefined // fired, or consumed
  if (attached.read(timer.lsn) !== undefined) return timer.lsn
  timer.lsn = 0
  return undefined
}
