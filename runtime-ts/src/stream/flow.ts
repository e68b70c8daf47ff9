/**
 * The operators of one side of a stream, put together: what one step runs its records through.
 *
 * @module
 */
import { DarqError } from '../error.ts'
import { Folding } from './folding.ts'
import { Joining } from './joining.ts'
import {
  inputsOf,
  isKeyed,
  type JoinNode,
  type KeyedNode,
  type Node,
  type Sink,
  type SourceNode,
  type StampNode,
} from './node.ts'
import { type KeyedOperator, type Push, type StreamStep, text } from './operator.ts'
import { Panes } from './panes.ts'
import type { Consumer, Plan, Side } from './plan.ts'
import { Stamp } from './stamp.ts'
import { statelessInput } from './stateless.ts'
import { lastEnd, timeOf } from './window.ts'

/** What a side hands over to others. */
export interface Ends {
  /** To a keyed operator of another participant. */
  readonly cross: (node: KeyedNode, port: number, value: unknown, watermark_ms: number) => void
  readonly sink: (sink: Sink) => Push
}

/** A keyed operator is fed with its record's time, where it has been read already. */
type Take = (value: unknown, time_ms: number, watermark_ms: number) => void

/** What has no event time is never late. */
const timeless = Number.NEGATIVE_INFINITY

export class Flow {
  readonly #plan: Plan
  readonly #side: Side
  readonly #ends: Ends
  readonly #open_max: number
  readonly #inputs = new Map<Node | Sink, readonly Push[]>()
  readonly #takes = new Map<Node, readonly Take[]>()
  readonly #stamps = new Map<Node, Stamp>()
  readonly #keyed = new Map<KeyedNode, KeyedOperator>()
  /** Those with state, each behind all that feed it. */
  readonly #operators: readonly (KeyedNode | Stamp)[]

  /** @param open_max how many windows, or records that wait for their match, an operator keeps */
  constructor(plan: Plan, side: Side, ends: Ends, open_max: number) {
    this.#plan = plan
    this.#side = side
    this.#ends = ends
    this.#open_max = open_max
    const sinks = plan.sinks.filter((sink) => plan.side(sink.from) === side)
    for (const sink of sinks) this.#inputs.set(sink, [ends.sink(sink)])
    for (const node of plan.order.toReversed()) this.#build(node)
    this.#operators = plan.order.flatMap((node) => this.#operatorsOf(node))
  }

  #build(node: Node): void {
    // Its time is read where its source is, wherever it is kept.
    if (node.kind === 'join' && this.#side === 'source') this.#stamps.set(node, this.#joinStamp(node))
    if (this.#plan.side(node) === this.#side) this.#inputs.set(node, this.#inputsOf(node))
    else if (this.#side === 'source' && this.#isFedHere(node)) this.#inputs.set(node, this.#crossing(node))
  }

  #isFedHere(node: Node): boolean {
    return isKeyed(node) && inputsOf(node).every((from) => this.#plan.side(from) === 'source')
  }

  #operatorsOf(node: Node): readonly (KeyedNode | Stamp)[] {
    const stamp = this.#stamps.get(node)
    const keyed = isKeyed(node) && this.#keyed.has(node) ? [node] : []
    return [...(stamp === undefined ? [] : [stamp]), ...keyed]
  }

  /** What a node's output goes to. */
  #out(node: Node): Push {
    return fanOut(this.#plan.consumers(node).map((consumer) => this.#input(consumer)))
  }

  #input({ to, port }: Consumer): Push {
    const input = this.#inputs.get(to)?.[port]
    if (input === undefined)
      throw new DarqError('internal', { facts: { reason: `nothing takes what goes to ${to.kind}` } })
    return input
  }

  #inputsOf(node: Node): readonly Push[] {
    switch (node.kind) {
      case 'source':
      case 'key':
      case 'late':
        return [this.#out(node)]
      case 'merge': {
        const out = this.#out(node)
        return [out, out]
      }
      case 'map':
      case 'filter':
      case 'flatMap':
        return [statelessInput(node, this.#out(node))]
      case 'stamp':
        return [this.#stamping(node)]
      case 'aggregate': {
        const { window, from } = node.from
        const panes = new Panes(this.#plan.nameOf(node), window, node.aggregate, this.#open_max, this.#out(node))
        this.#keyed.set(node, panes)
        this.#takes.set(node, [
          (value, time_ms, watermark_ms) => panes.take(text(from.key(value)), value, time_ms, watermark_ms),
        ])
        return []
      }
      case 'fold': {
        const folding = new Folding(this.#plan.nameOf(node), node.initial, node.change, this.#out(node))
        const { key } = node.from
        this.#keyed.set(node, folding)
        this.#takes.set(node, [(value) => folding.take(text(key(value)), value)])
        return [(value) => folding.take(text(key(value)), value)]
      }
      case 'join': {
        const joining = new Joining(this.#plan.nameOf(node), node.within_ms, this.#open_max, this.#out(node))
        this.#keyed.set(node, joining)
        const takes = node.from.map(
          ({ key }, port): Take =>
            (value, time_ms, watermark_ms) =>
              joining.take(text(key(value)), value, time_ms, watermark_ms, port),
        )
        this.#takes.set(node, takes)
        return takes.map((take, port) => this.#joinInput(node, port, take))
      }
    }
  }

  /** Its keyed operator lives in the parts. */
  #crossing(node: Node): readonly Push[] {
    const { cross } = this.#ends
    switch (node.kind) {
      case 'aggregate':
        this.#takes.set(node, [(value, _time_ms, watermark_ms) => cross(node, 0, value, watermark_ms)])
        return []
      case 'fold':
        return [(value) => cross(node, 0, value, timeless)]
      case 'join':
        return [0, 1].map((port) =>
          this.#joinInput(node, port, (value, _time_ms, watermark_ms) => cross(node, port, value, watermark_ms)),
        )
      default:
        return []
    }
  }

  #stamping(node: StampNode): Push {
    const { window } = node
    const end_ms = (time_ms: number): number => lastEnd(window, time_ms)
    const isLate = (time_ms: number, watermark_ms: number): boolean => end_ms(time_ms) <= watermark_ms
    const stamp = new Stamp(this.#plan.timeOf(node), window.allowed_ms, { isLate, end_ms })
    this.#stamps.set(node, stamp)
    const consumers = this.#plan.consumers(node)
    const takes = consumers.flatMap(({ to }) => (to.kind === 'aggregate' ? (this.#takes.get(to) ?? []) : []))
    const late = fanOut(consumers.filter(({ to }) => to.kind === 'late').map((consumer) => this.#input(consumer)))
    return (value) => {
      const time_ms = timeOf(window.time, value)
      const watermark_ms = stamp.take(time_ms)
      if (watermark_ms === undefined) late(value)
      else for (const take of takes) take(value, time_ms, watermark_ms)
    }
  }

  /** A record that lies behind the watermark has come too late to be joined. */
  #joinStamp(node: JoinNode): Stamp {
    const isLate = (time_ms: number, watermark_ms: number): boolean => time_ms < watermark_ms
    return new Stamp(this.#plan.timeOf(node), node.allowed_ms, { isLate, end_ms: (time_ms) => time_ms })
  }

  #joinInput(node: JoinNode, port: number, take: Take): Push {
    const stamp = this.#stamps.get(node)
    const time = node.times[port === 0 ? 0 : 1]
    return (value) => {
      const time_ms = timeOf(time, value)
      const watermark_ms = stamp?.take(time_ms)
      if (watermark_ms !== undefined) take(value, time_ms, watermark_ms)
    }
  }

  begin(step: StreamStep): void {
    for (const stamp of this.#stamps.values()) stamp.begin(step)
    for (const operator of this.#keyed.values()) operator.begin(step)
  }

  /** A record of a source. */
  source(node: SourceNode): Push {
    return this.#input({ to: node, port: 0 })
  }

  /** A record that came from the source's side. */
  take(node: KeyedNode, port: number, value: unknown, watermark_ms: number): void {
    const time_ms =
      node.kind === 'aggregate'
        ? timeOf(node.from.window.time, value)
        : node.kind === 'join'
          ? timeOf(node.times[port === 0 ? 0 : 1], value)
          : timeless
    this.#takes.get(node)?.[port]?.(value, time_ms, watermark_ms)
  }

  recount(): void {
    for (const operator of this.#keyed.values()) operator.recount()
  }

  /** @param watermark_ms of operators whose time is read elsewhere */
  end(watermark_ms: (node: KeyedNode) => number): void {
    for (const operator of this.#operators) {
      if (operator instanceof Stamp) operator.end()
      else this.#keyed.get(operator)?.end(this.#watermark(operator) ?? watermark_ms(operator))
    }
  }

  #watermark(node: KeyedNode): number | undefined {
    return this.#stampOf(node)?.watermark_ms
  }

  #stampOf(node: KeyedNode): Stamp | undefined {
    return this.#stamps.get(node.kind === 'aggregate' ? node.from : node)
  }

  /** How late it is for an operator, wherever it is. */
  watermark(node: KeyedNode): number {
    return this.#watermark(node) ?? timeless
  }

  /** The stream is silent: what is open is closed with this step. */
  close(): void {
    for (const [node, stamp] of this.#stamps) if (node.kind === 'stamp') stamp.close()
  }
}

function fanOut(to: readonly Push[]): Push {
  const [only] = to
  if (to.length === 1 && only !== undefined) return only
  return (value) => {
    for (const push of to) push(value)
  }
}
