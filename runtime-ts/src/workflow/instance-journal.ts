/**
 * The journal of one instance, and its header, as they stand in the state of its DARQ. What writes is within a step.
 *
 * @module
 */

import type { Ledger } from '../crest/run/ledger.ts'
import type { Arrival } from '../crest/run/live.ts'
import type { Turn } from '../crest/run/turn.ts'
import type { Plain } from '../error.ts'
import {
  type Command,
  type Entry,
  type Event,
  encodeEntry,
  type Header,
  header_cell,
  journalCell,
  readHeader,
  readJournal,
} from './journal.ts'

/** Something that has happened to an instance, and is not in a step yet; or is journaled, but was not told. */
export interface Happening {
  readonly event: Event
  readonly at_ms: number
  /** What the step that tells it consumes. */
  readonly arrival?: Arrival
  /** Where it stands in the journal already. */
  readonly entry?: number
  /** For the step in which it becomes part of the journal. */
  readonly also?: (turn: Turn) => void
}

/** Events that are told at once, and what they lead to. */
export interface EventGroup {
  readonly at_ms: number
  readonly happenings: readonly Happening[]
  /** Where its first entry stands. */
  readonly first: number
  /** Its events are in the journal. */
  readonly isWritten: boolean
}

export class InstanceJournal {
  readonly #ledger: Ledger
  readonly #key: string
  readonly #run: () => number
  /** How many entries it has. */
  size = 0

  /** @param run the one that the instance is in: each has a journal of its own */
  constructor(ledger: Ledger, key: string, run: () => number) {
    this.#ledger = ledger
    this.#key = key
    this.#run = run
  }

  get cell(): string {
    return journalCell(this.#key, this.#run())
  }

  readHeader(): Header {
    return readHeader(this.#ledger.get(header_cell, this.#key))
  }

  writeHeader(header: Header): void {
    // The codec's cast: every part of it is plain.
    this.#ledger.set(header_cell, this.#key, header as unknown as Plain)
  }

  /** A group, or once that is written its commands anew. */
  enter({ happenings, first, at_ms, isWritten }: EventGroup, commands: readonly Command[]): void {
    for (const [offset, { event }] of happenings.entries()) {
      if (isWritten && offset > 0) return
      const entry: Entry = offset === 0 ? { at_ms, event, commands } : { at_ms, event, commands: [], joined: true }
      this.#ledger.set(this.cell, String(first + offset), encodeEntry(entry))
    }
  }

  /** Events that are not told as yet. They count when the step is made: see {@link kept}. */
  keep(happenings: readonly Happening[]): void {
    for (const [offset, { event, at_ms }] of happenings.entries())
      this.#ledger.set(this.cell, String(this.size + offset + 1), encodeEntry({ at_ms, event }))
  }

  /** The step has happened that keeps them. @returns them, with their places */
  kept(happenings: readonly Happening[]): Happening[] {
    return happenings.map(({ event, at_ms }) => {
      this.size += 1
      return { event, at_ms, entry: this.size }
    })
  }

  /** The next run's journal begins with these. */
  begin(run: number, events: readonly Event[], at_ms: number): void {
    for (const [index, event] of events.entries())
      this.#ledger.set(journalCell(this.#key, run), String(index + 1), encodeEntry({ at_ms, event }))
  }

  /**
   * @returns the entries that were told, and what was not
   * @throws {DarqError} `corrupt`, `newer_format`
   */
  read(): { readonly told: readonly Entry[]; readonly untold: Happening[] } {
    const all = [...readJournal(this.#ledger, this.cell)]
    this.size = all.length
    const first = all.findIndex(({ commands }) => commands === undefined)
    const told = first < 0 ? all : all.slice(0, first)
    const untold = all
      .slice(told.length)
      .map(({ event, at_ms }, offset) => ({ event, at_ms, entry: told.length + offset + 1 }))
    return { told, untold }
  }
}
