/**
 * Where everything of the picture stands: lanes from top to bottom, time from left to right, and in each lane as many rows as
 * there are versions at once.
 *
 * @module
 */
import type { Histories, HostHistory, VersionHistory } from './histories.ts'

export const row_height = 24
export const bar_height = 18
/** Room for the labels above the rows of a lane. */
export const label_height = 20
/** The mark at the end of a bar that is committed, or over. */
export const mark_width = 18
const lane_gap = 14
const bar_width_min = 42
const row_gap = 4

export interface Bar {
  readonly history: VersionHistory
  readonly x: number
  /** Where it ends; its mark, if it has one, stands before that. */
  readonly end_x: number
  /** Where it is durable. */
  readonly durable_x: number | undefined
  readonly y: number
}

export interface Lane {
  readonly host: HostHistory
  readonly y: number
  readonly height: number
  readonly bars: readonly Bar[]
}

export interface Layout {
  readonly lanes: readonly Lane[]
  readonly left: number
  readonly right: number
  /** Below the last lane. */
  readonly bottom: number
  readonly xOf: (at_ms: number) => number
}

/** @param top where the first lane begins */
export function layOut(histories: Histories, left: number, width: number, top: number): Layout {
  const right = left + width
  const span_ms = Math.max(1, histories.to_ms - histories.from_ms)
  const xOf = (at_ms: number) => left + ((at_ms - histories.from_ms) / span_ms) * (width - mark_width - row_gap)
  let y = top
  const lanes = histories.hosts.map((host): Lane => {
    const placed = new Rows(y + label_height)
    const bars = host.versions.map((history) => placed.place(history, xOf, right))
    const lane = { host, y, height: label_height + Math.max(1, placed.count) * row_height + 6, bars }
    y += lane.height + lane_gap
    return lane
  })
  return { lanes, left, right, bottom: y - lane_gap, xOf }
}

class Rows {
  readonly #top: number
  /** Up to where each is taken. */
  readonly #ends: number[] = []

  constructor(top: number) {
    this.#top = top
  }

  get count(): number {
    return this.#ends.length
  }

  place(history: VersionHistory, xOf: (at_ms: number) => number, right: number): Bar {
    const x = xOf(history.from_ms)
    const ended_ms = history.over?.at_ms ?? history.committed_ms
    const wanted_x = ended_ms === undefined ? right : xOf(ended_ms) + mark_width
    const end_x = Math.max(wanted_x, x + bar_width_min)
    const free = this.#ends.findIndex((taken_x) => taken_x + row_gap <= x)
    const row = free < 0 ? this.#ends.length : free
    this.#ends[row] = end_x
    const durable_x = history.durable_ms === undefined ? undefined : xOf(history.durable_ms)
    return { history, x, end_x, durable_x, y: this.#top + row * row_height }
  }
}
