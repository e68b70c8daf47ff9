/**
 * A participant's state as the log holds it: each cell is one unconsumed self-message, or stands in the checkpoint.
 *
 * A step that replaces a cell consumes the self-message that it replaces. So that old cells which nobody replaces don't pin
 * the log's head, a step also copies forward a few of the oldest, once the log from the oldest on is over twice the live
 * state; a small state is written as one checkpoint instead.
 *
 * @module
 */
import type { Delivered, Lsn, Payload, StepReceipt } from '../../engine/types.ts'
import { DarqError, type Plain } from '../../error.ts'
import { isList } from '../wire/envelope.ts'
import { decodePlain, encodePlain, encodeRecord, payloadBytes } from '../wire/plain.ts'
import { Pins } from './pins.ts'

/** States up to this size, encoded, are moved forward as one checkpoint. */
const checkpoint_bytes_max = 4_096
/** Logs shorter than this are left alone: moving is for long ones. */
const span_bytes_default = 65_536
/** Messages are let in as long as a log is shorter than five eighths of what it may be: before that comes, it is kept shorter. */
const crowded_share = 3 / 8
/** What copying costs beside the copies must stay below it, or there would be no end to it. */
const crowded_stretch = 1.5
/** A record's header and padding in the log, about. */
const record_bytes = 16

/** One cell, or one key of a table. */
export interface Entry {
  readonly cell: string
  readonly key: string
  value: unknown
  /** False: it has only its initial value, or was deleted. */
  present: boolean
  /** Of its self-message; 0 without one. */
  lsn: Lsn | 0
  /** The checkpoint has a value of it: a later one, or its deletion, must be said by a self-message. */
  inCheckpoint: boolean
  /** Of its record, encoded. */
  bytes: number
  /** The turn that has touched it last. */
  turn: number
  /** The turn that has said it last. */
  said: number
}

interface Undo {
  readonly entry: Entry
  readonly value: unknown
  readonly present: boolean
}

/** What a step adds to its record for the state's sake. */
export interface Moves {
  readonly consume: readonly Lsn[]
  readonly remember: readonly Payload[]
  readonly checkpoint: Payload | undefined
  /** The entries of `remember`, in its order. */
  readonly entries: readonly Entry[]
  /** Their record goes and none follows it. */
  readonly dropped: readonly Entry[]
}

class Gathered implements Moves {
  readonly consume: Lsn[] = []
  readonly remember: Payload[] = []
  readonly checkpoint = undefined
  readonly entries: Entry[] = []
  readonly dropped: Entry[] = []
  readonly #encode: (entry: Entry) => Payload
  readonly #keepsCheckpoint: boolean
  readonly #turn: number

  constructor(encode: (entry: Entry) => Payload, keepsCheckpoint: boolean, turn: number) {
    this.#encode = encode
    this.#keepsCheckpoint = keepsCheckpoint
    this.#turn = turn
  }

  /** Says once what became of an entry: its value, or that what the checkpoint has of it is no more. */
  say(entry: Entry): void {
    if (entry.said === this.#turn) return
    entry.said = this.#turn
    if (entry.lsn !== 0) this.consume.push(entry.lsn)
    if (entry.present || (entry.inCheckpoint && this.#keepsCheckpoint)) {
      this.remember.push(this.#encode(entry))
      this.entries.push(entry)
    } else this.dropped.push(entry)
  }
}

/** Turns a stored value into one of the present version. */
export type ReadCell = (cell: string, value: Plain, version: number) => unknown

export class Ledger {
  readonly #tables = new Map<string, Map<string, Entry>>()
  readonly #sizes = new Map<string, number>()
  readonly #versions: ReadonlyMap<string, number>
  readonly #pins = new Pins<Entry>((entry) => entry.lsn)
  #checkpoint: Lsn | 0 = 0
  #state_bytes = 0
  #records = 0
  /** Where the log's end was at the last step, about. */
  #at: Lsn | 0 = 0
  #turn = 0
  #span_bytes_min = span_bytes_default
  #crowded_bytes = Number.POSITIVE_INFINITY
  #open = false
  #undo: Undo[] = []

  /** @param versions the version number of each cell's schema, where it has one */
  constructor(versions: ReadonlyMap<string, number>) {
    this.#versions = versions
  }

  /** A small log is moved forward early: what pins its head must not fill it. */
  fit(log_bytes_max: number): void {
    this.#span_bytes_min = Math.min(span_bytes_default, log_bytes_max / 8)
    this.#crowded_bytes = log_bytes_max * crowded_share
  }

  /** Self-messages and checkpoints that are live. */
  get records(): number {
    return this.#records + (this.#checkpoint === 0 ? 0 : 1)
  }

  /** What the state takes of the log, about: its log may be longer by as much again before what is old moves forward. */
  get live_bytes(): number {
    return this.#state_bytes + this.#records * record_bytes
  }

  /** Whether a log that could take no messages soon holds much that is old: steps move it forward, a little each. */
  isStretched(at: Lsn | 0): boolean {
    const oldest = this.#oldest
    return oldest !== undefined && at - oldest > this.#crowded_bytes && this.#isLong(at - oldest)
  }

  #isLong(span_bytes: number): boolean {
    const { live_bytes } = this
    if (span_bytes > this.#crowded_bytes) return span_bytes > crowded_stretch * live_bytes
    return span_bytes > Math.max(this.#span_bytes_min, 2 * live_bytes)
  }

  get #oldest(): Lsn | undefined {
    const oldest = this.#pins.oldest
    return this.#checkpoint === 0 || (oldest !== undefined && oldest < this.#checkpoint) ? oldest : this.#checkpoint
  }

  /** All entries of a cell by key, also those that are not present. */
  table(cell: string): Map<string, Entry> {
    let table = this.#tables.get(cell)
    if (table === undefined) {
      table = new Map()
      this.#tables.set(cell, table)
    }
    return table
  }

  /** Names of the cells that have entries and begin so. */
  cellsWith(prefix: string): string[] {
    return [...this.#tables.keys()].filter((cell) => cell.startsWith(prefix))
  }

  /** How many entries of a cell are present. */
  size(cell: string): number {
    return this.#sizes.get(cell) ?? 0
  }

  #become(entry: Entry, present: boolean): void {
    if (entry.present === present) return
    entry.present = present
    this.#sizes.set(entry.cell, this.size(entry.cell) + (present ? 1 : -1))
  }

  /** The entry of a cell, made with its initial value if there is none. */
  entry(cell: string, key: string, initial: unknown): Entry {
    const table = this.table(cell)
    let entry = table.get(key)
    if (entry === undefined) {
      entry = { cell, key, value: initial, present: false, lsn: 0, inCheckpoint: false, bytes: 0, turn: 0, said: 0 }
      table.set(key, entry)
    }
    return entry
  }

  get(cell: string, key: string): unknown {
    const entry = this.#tables.get(cell)?.get(key)
    return entry?.present ? entry.value : undefined
  }

  begin(): void {
    this.#turn += 1
    this.#open = true
  }

  /** @throws {DarqError} `step_closed` outside a step */
  write(entry: Entry, value: unknown): void {
    this.#touch(entry)
    entry.value = value
    this.#become(entry, true)
  }

  set(cell: string, key: string, value: unknown): void {
    this.write(this.entry(cell, key, undefined), value)
  }

  /** @throws {DarqError} `step_closed` outside a step */
  delete(cell: string, key: string): void {
    const entry = this.#tables.get(cell)?.get(key)
    if (!entry?.present) return
    this.#touch(entry)
    entry.value = undefined
    this.#become(entry, false)
  }

  #touch(entry: Entry): void {
    if (!this.#open)
      throw new DarqError('step_closed', { facts: { expected: 'a change inside a step', cell: entry.cell } })
    if (entry.turn === this.#turn) return
    entry.turn = this.#turn
    this.#undo.push({ entry, value: entry.value, present: entry.present })
  }

  /** Undoes what was written since `begin`. */
  undo(): void {
    for (const { entry, value, present } of this.#undo) {
      entry.value = value
      this.#become(entry, present)
      entry.turn = 0
      if (!present) this.#forget(entry)
    }
    this.#undo = []
    this.#open = false
  }

  /**
   * What the step must say about the state. Ends writing; `settle` or `undo` follows.
   *
   * @param at an LSN near the log's end
   * @param copies_max how many old records the step copies forward at most, as long as that keeps up
   * @param consumesMessages whether the step consumes something else already
   * @throws {DarqError} `schema` when a value can't be kept
   */
  moves(at: Lsn, copies_max: number, consumesMessages = true): Moves {
    this.#open = false
    const from = this.#oldest
    const { live_bytes } = this
    const span_bytes = from === undefined ? 0 : at - from
    const grown_bytes = at - this.#at
    this.#at = at
    const tooLong = this.#isLong(span_bytes)
    if (tooLong && this.#state_bytes <= checkpoint_bytes_max) return this.#wholly()
    const dissolve = tooLong && this.#checkpoint !== 0 && this.#checkpoint === from
    const moves = new Gathered(this.#encode, !dissolve, this.#turn)
    for (const { entry, value, present } of this.#undo) {
      if (entry.present !== present || !isSame(entry.value, value)) moves.say(entry)
    }
    if (dissolve && this.#checkpoint !== 0) {
      // The state has outgrown its checkpoint: what only that holds becomes self-messages.
      moves.consume.push(this.#checkpoint)
      for (const table of this.#tables.values())
        for (const entry of table.values())
          if (entry.inCheckpoint && (entry.lsn === 0 || !entry.present)) moves.say(entry)
    } else if (tooLong) {
      // Messages far larger than the state outrun a fixed number of copies: then as many bytes as the log has grown by.
      const outrun = span_bytes > Math.max(2 * this.#span_bytes_min, 4 * live_bytes)
      this.#copyForward(moves, copies_max, outrun ? grown_bytes : 0)
    }
    // What is replaced or deleted may stand in the checkpoint alone, and a step consumes something: then all of it.
    const saysOnly = moves.consume.length === 0 && moves.remember.length > 0
    return saysOnly && !consumesMessages && this.#checkpoint !== 0 ? this.#wholly() : moves
  }

  #copyForward(moves: Gathered, copies_max: number, bytes_max: number): void {
    let copies = 0
    let bytes = 0
    for (const entry of this.#pins.live()) {
      if (copies >= copies_max && bytes >= bytes_max) return
      moves.say(entry)
      copies += 1
      bytes += entry.bytes + record_bytes
    }
  }

  /** All of the state as one checkpoint. */
  #wholly(): Moves {
    const consume: Lsn[] = []
    const records: Plain[] = []
    for (const table of this.#tables.values()) {
      for (const entry of table.values()) {
        if (entry.lsn !== 0) consume.push(entry.lsn)
        if (entry.present) records.push(this.#record(entry))
      }
    }
    // Named, because it may be all that there is to consume.
    if (this.#checkpoint !== 0) consume.push(this.#checkpoint)
    return { consume, remember: [], checkpoint: encodeRecord(records), entries: [], dropped: [] }
  }

  #record({ cell, key, value, present }: Entry): Plain {
    if (!present) return [cell, key]
    const version = this.#versions.get(cell)
    // The codec checks it: what can't be kept is refused there.
    const kept = value as Plain
    return version === undefined ? [cell, key, kept] : [cell, key, kept, version]
  }

  /** A cell of the runtime's own holds what was taken already, with something around it. */
  readonly #encode = (entry: Entry): Payload =>
    entry.cell.startsWith('$') ? encodeRecord(this.#record(entry)) : encodePlain(this.#record(entry))

  /** The step has happened. */
  settle(moves: Moves, receipt: StepReceipt): void {
    const undone = this.#undo
    this.#undo = []
    if (moves.checkpoint !== undefined) {
      this.#checkpointed(receipt.checkpoint)
      return
    }
    if (this.#checkpoint !== 0 && moves.consume.includes(this.#checkpoint)) this.#dissolved()
    for (const entry of moves.dropped) {
      if (entry.lsn !== 0) this.#records -= 1
      entry.lsn = 0
      this.#weigh(entry, 0)
      this.#forget(entry)
    }
    // What came and went within the step has left no record.
    for (const { entry } of undone) this.#forget(entry)
    for (const [index, entry] of moves.entries.entries()) {
      const lsn = receipt.remembered[index]
      const payload = moves.remember[index]
      if (lsn === undefined || payload === undefined) continue
      this.#placed(entry, lsn, payloadBytes(payload))
    }
  }

  #placed(entry: Entry, lsn: Lsn, bytes: number): void {
    if (entry.lsn === 0) this.#records += 1
    entry.lsn = lsn
    this.#weigh(entry, bytes)
    this.#pins.push(entry, lsn)
  }

  #weigh(entry: Entry, bytes: number): void {
    this.#state_bytes += bytes - entry.bytes
    entry.bytes = bytes
  }

  #forget(entry: Entry): void {
    if (entry.present || entry.lsn !== 0 || entry.inCheckpoint) return
    // An entry without a record is only its initial value; a cell's accessor holds on to its own.
    if (entry.key === '') return
    const table = this.#tables.get(entry.cell)
    table?.delete(entry.key)
    // The runtime's own tables come and go with the clients that they are for; a participant's are held by its state.
    if (table?.size === 0 && entry.cell.startsWith('$')) this.#tables.delete(entry.cell)
  }

  #checkpointed(lsn: Lsn | 0): void {
    this.#checkpoint = lsn
    this.#pins.clear()
    this.#records = 0
    for (const table of this.#tables.values()) {
      for (const entry of table.values()) {
        entry.lsn = 0
        entry.inCheckpoint = entry.present
        this.#weigh(entry, entry.present ? payloadBytes(this.#encode(entry)) : 0)
        this.#forget(entry)
      }
    }
  }

  #dissolved(): void {
    this.#checkpoint = 0
    for (const table of this.#tables.values()) for (const entry of table.values()) entry.inCheckpoint = false
  }

  /**
   * Rebuilds the state from what the log holds.
   *
   * @param read turns a stored value into one of the present version
   * @throws {DarqError} `bad_frame`, `newer_format`, `newer_version`, `schema`: the log holds what this code can't read
   */
  restore(checkpoint: Delivered<'restore'> | undefined, self: Iterable<Delivered<'restore'>>, read: ReadCell): void {
    if (checkpoint !== undefined) {
      const records = checkpoint.read(decodePlain)
      if (!isList(records)) throw notARecord()
      this.#checkpoint = checkpoint.lsn
      for (const record of records) {
        const entry = this.#read(record, read)
        entry.inCheckpoint = true
        this.#weigh(entry, payloadBytes(this.#encode(entry)))
      }
    }
    for (const message of self) {
      const entry = this.#read(message.read(decodePlain), read)
      this.#placed(
        entry,
        message.lsn,
        message.read((bytes) => bytes.length),
      )
    }
  }

  #read(record: Plain, read: (cell: string, value: Plain, version: number) => unknown): Entry {
    if (!isList(record)) throw notARecord()
    const [cell, key, value, version = 0] = record
    if (typeof cell !== 'string' || typeof key !== 'string' || typeof version !== 'number') throw notARecord()
    const entry = this.entry(cell, key, undefined)
    this.#become(entry, record.length > 2)
    entry.value = entry.present ? read(cell, value, version) : undefined
    return entry
  }
}

/** Equal primitives need no new record. What has parts may have changed in its depth, whatever the types say. */
function isSame(a: unknown, b: unknown): boolean {
  return (typeof a !== 'object' || a === null) && Object.is(a, b)
}

function notARecord(): DarqError {
  return new DarqError('bad_frame', { facts: { expected: 'a record of state' } })
}
