/**
 * Messages that wait for long: held, or of a version that this code doesn't know. In the log they would pin it; so they are
 * parked: their bytes become a cell, which moves forward with the rest of the state.
 *
 * @module
 */
import type { Lsn } from '../../engine/types.ts'
import type { Ledger } from './ledger.ts'
import { Pins } from './pins.ts'

const parked_cell = '$parked'
/** A waiting message may pin so much of the log before it is parked. */
const pinned_bytes_max = 4 * 1_048_576

/** A message that was delivered and is not consumed. */
export class Pending {
  /** Where it was accepted: names it. */
  readonly lsn: Lsn
  readonly fromSelf: boolean
  attempts = 0
  /** Not to be gathered in a batch again: it may be to blame for one that failed. */
  alone = false
  /** Its bytes are a cell, and its message is consumed. */
  parked: boolean
  /** It waits in the log. */
  waits = false

  constructor(lsn: Lsn, fromSelf: boolean, parked = false) {
    this.lsn = lsn
    this.fromSelf = fromSelf
    this.parked = parked
  }
}

export class Parking {
  readonly #ledger: Ledger
  readonly #pins = new Pins<Pending>(({ waits, lsn }) => (waits ? lsn : 0))

  constructor(ledger: Ledger) {
    this.#ledger = ledger
  }

  /** How many messages wait as cells. */
  get size(): number {
    return this.#ledger.size(parked_cell)
  }

  /** It has to wait. */
  wait(pending: Pending): void {
    if (pending.parked || pending.waits) return
    pending.waits = true
    this.#pins.push(pending, pending.lsn)
  }

  /** @returns the oldest, if it pins too much of a log that ends at `end` */
  due(end: Lsn, log_bytes_max: number): Pending | undefined {
    const oldest = this.#pins.oldest
    if (oldest === undefined || end - oldest <= Math.min(pinned_bytes_max, log_bytes_max / 8)) return undefined
    for (const pending of this.#pins.live()) return pending
    return undefined
  }

  /** Within a step that consumes the message. */
  park({ lsn, fromSelf }: Pending, bytes: Uint8Array): void {
    this.#ledger.set(parked_cell, String(lsn), { bytes, fromSelf })
  }

  /** Within a step. */
  leave({ lsn, parked }: Pending): void {
    if (parked) this.#ledger.delete(parked_cell, String(lsn))
  }

  /** @returns the bytes of one that is parked */
  read({ lsn }: Pending): Uint8Array | undefined {
    return bytesIn(this.#ledger.get(parked_cell, String(lsn)))
  }

  /** After a restore. */
  all(): Pending[] {
    const found: Pending[] = []
    for (const [id, { present, value }] of this.#ledger.table(parked_cell)) {
      if (!present || bytesIn(value) === undefined) continue
      const fromSelf = typeof value === 'object' && value !== null && 'fromSelf' in value && value.fromSelf === true
      // The codec's cast, in reverse: the cell is named by its message's LSN.
      found.push(new Pending(Number(id) as Lsn, fromSelf, true))
    }
    return found
  }
}

function bytesIn(value: unknown): Uint8Array | undefined {
  if (typeof value !== 'object' || value === null || !('bytes' in value)) return undefined
  return value.bytes instanceof Uint8Array ? value.bytes : undefined
}
