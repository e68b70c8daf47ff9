/**
 * The way from the source to the parts: records go to the part that keeps their key, and each part is told how late it is.
 *
 * @module
 */

import { partOf } from './key-hash.ts'
import { type KeyedNode, keyOf } from './node.ts'
import { foreignState, isList, type StreamStep, text } from './operator.ts'
import { plainBytes } from './plain-schema.ts'
import type { Plan } from './plan.ts'
import { Spread } from './spread.ts'
import { coarse } from './window.ts'

/** Records that one body carries at most, and about how many bytes: a message may have 1 MiB. */
const records_max = 512
const body_bytes_max = 256 * 1_024
/** One record in this many is measured: they are alike, and there is room for those that aren't. */
const measured_every = 8

/** Records for one input of one operator. */
interface Lane {
  readonly operator: number
  readonly port: number
  readonly values: unknown[]
  /** From which record on which watermark counted. */
  readonly watermarks: [from: number, watermark_ms: number][]
}

/** What goes to one part next. */
interface Load {
  /** By operator and port. */
  readonly lanes: Map<string, Lane>
  records: number
  /** About. */
  bytes: number
}

export class Shuffle {
  readonly spread: Spread
  readonly #plan: Plan
  /** Operators that are in the parts. */
  readonly #operators: readonly KeyedNode[]
  /** By part. */
  readonly #loads = new Map<number, Load>()
  /** Which watermarks the parts know. */
  #told = new Map<KeyedNode, number>()

  constructor(plan: Plan, name: string, parallel: number) {
    this.#plan = plan
    this.spread = new Spread(name, parallel)
    this.#operators = plan.keyed.filter((node) => plan.side(node) === 'parts')
  }

  begin(step: StreamStep, watermark_ms: (node: KeyedNode) => number): void {
    this.#loads.clear()
    this.spread.begin(step)
    this.#told = new Map(this.#operators.map((node) => [node, coarseOf(node, watermark_ms(node))]))
  }

  add(node: KeyedNode, port: number, value: unknown, watermark_ms: number): void {
    const part = partOf(text(keyOf(node, port).key(value)), this.spread.parallel)
    const load = this.#load(part)
    const lane = laneOf(load, this.#plan.keyed.indexOf(node), port)
    const mark_ms = coarseOf(node, watermark_ms)
    if ((lane.watermarks.at(-1)?.[1] ?? Number.NEGATIVE_INFINITY) !== mark_ms)
      lane.watermarks.push([lane.values.length, mark_ms])
    if (load.records % measured_every === 0) load.bytes += measured_every * plainBytes(value)
    load.records += 1
    lane.values.push(value)
  }

  /** What goes to a part next, with room for one record more. */
  #load(part: number): Load {
    let load = this.#loads.get(part)
    if (load === undefined) {
      load = { lanes: new Map(), records: 0, bytes: 0 }
      this.#loads.set(part, load)
    } else if (load.records >= records_max || load.bytes >= body_bytes_max) this.#flush(part, load, [])
    return load
  }

  #flush(part: number, load: Load, watermarks: readonly (readonly [number, number])[]): void {
    const lanes = Array.from(load.lanes.values(), ({ operator, port, values, watermarks }) => [
      operator,
      port,
      values,
      watermarks,
    ])
    load.lanes.clear()
    load.records = 0
    load.bytes = 0
    this.spread.send(part, { lanes, watermarks })
  }

  end(watermark_ms: (node: KeyedNode) => number): void {
    const now = this.#operators.map((node) => [node, coarseOf(node, watermark_ms(node))] as const)
    const watermarks = now
      .filter(([, mark_ms]) => mark_ms !== Number.NEGATIVE_INFINITY)
      .map(([node, mark_ms]) => [this.#plan.keyed.indexOf(node), mark_ms] as const)
    // A part that has nothing to do must still close its windows.
    const isLater = now.some(([node, mark_ms]) => this.#told.get(node) !== mark_ms)
    for (let part = 0; part < this.spread.parallel; part += 1) {
      const load = this.#load(part)
      if (isLater || load.records > 0) this.#flush(part, load, watermarks)
    }
    this.#loads.clear()
    this.spread.end()
  }
}

function laneOf({ lanes }: Load, operator: number, port: number): Lane {
  const name = `${operator} ${port}`
  let lane = lanes.get(name)
  if (lane === undefined) {
    lane = { operator, port, values: [], watermarks: [] }
    lanes.set(name, lane)
  }
  return lane
}

function coarseOf(node: KeyedNode, watermark_ms: number): number {
  return node.kind === 'aggregate' ? coarse(node.from.window, watermark_ms) : watermark_ms
}

/** One record as a part takes it. */
export interface Shuffled {
  readonly operator: number
  readonly port: number
  readonly value: unknown
  readonly watermark_ms: number
}

/** @returns what a body brings, in order; and how late it is for each operator behind that */
export function readBody(body: unknown): {
  readonly records: Iterable<Shuffled>
  readonly watermarks: ReadonlyMap<number, number>
} {
  if (typeof body !== 'object' || body === null || !('lanes' in body) || !('watermarks' in body)) throw foreignState()
  const { lanes, watermarks } = body
  if (!isList(lanes) || !isList(watermarks)) throw foreignState()
  return { records: records(lanes), watermarks: new Map(watermarks.map(pairOf)) }
}

function* records(lanes: readonly unknown[]): Generator<Shuffled> {
  for (const lane of lanes) {
    const [operator, port, values, watermarks] = isList(lane) ? lane : []
    if (typeof operator !== 'number' || typeof port !== 'number' || !isList(values) || !isList(watermarks))
      throw foreignState()
    const marks = watermarks.map(pairOf)
    let next = 0
    let watermark_ms = Number.NEGATIVE_INFINITY
    for (const [index, value] of values.entries()) {
      const mark = marks[next]
      if (mark !== undefined && mark[0] <= index) {
        watermark_ms = mark[1]
        next += 1
      }
      yield { operator, port, value, watermark_ms }
    }
  }
}

function pairOf(pair: unknown): readonly [number, number] {
  const [one, other] = isList(pair) ? pair : []
  if (typeof one !== 'number' || typeof other !== 'number') throw foreignState()
  return [one, other]
}
