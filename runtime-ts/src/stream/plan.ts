/**
 * Where each operator of a stream runs: with its source, or, behind a key that is spread, in one of several parts.
 *
 * @module
 */
import { DarqError } from '../error.ts'
import { countOf } from '../options.ts'
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

export type Side = 'source' | 'parts'

/** A node or sink that is fed, and by which of its inputs. */
export interface Consumer {
  readonly to: Node | Sink
  readonly port: number
}

/** More parts than anybody has processors, and few enough to tell all of them how late it is. */
const parallel_max = 256

export class Plan {
  readonly sinks: readonly Sink[]
  /** Each behind all that feeds it. */
  readonly order: readonly Node[]
  readonly sources: readonly SourceNode[]
  /** Those with state, in that order: their place names their tables. */
  readonly keyed: readonly KeyedNode[]
  /** Over how many parts the keyed ones are spread. */
  readonly parallel: number | undefined
  readonly #timed: readonly Node[]
  readonly #sides = new Map<Node, Side>()
  readonly #consumers = new Map<Node, Consumer[]>()

  /** @throws {DarqError} `invalid_argument` for a graph that can't be spread as it asks */
  constructor(sinks: readonly Sink[]) {
    const order: Node[] = []
    const all = new Set<Sink>()
    const seen = new Set<Node>()
    const visit = (node: Node): void => {
      if (seen.has(node)) return
      seen.add(node)
      for (const input of inputsOf(node)) visit(input)
      order.push(node)
      if (node.kind === 'stamp') for (const sink of node.late) visitSink(sink)
    }
    const visitSink = (sink: Sink): void => {
      if (all.has(sink)) return
      all.add(sink)
      visit(sink.from)
    }
    for (const sink of sinks) visitSink(sink)
    this.sinks = [...all]
    this.order = order
    this.sources = order.filter((node) => node.kind === 'source')
    this.keyed = order.filter(isKeyed)
    this.#timed = order.filter(({ kind }) => kind === 'stamp' || kind === 'join')
    this.parallel = parallelOf(order)
    for (const node of order) {
      this.#sides.set(node, this.#findSide(node))
      for (const [port, input] of inputsOf(node).entries()) this.#feed(input, { to: node, port })
    }
    for (const sink of this.sinks) this.#feed(sink.from, { to: sink, port: 0 })
  }

  #feed(node: Node, consumer: Consumer): void {
    const fed = this.#consumers.get(node)
    if (fed === undefined) this.#consumers.set(node, [consumer])
    else fed.push(consumer)
  }

  consumers(node: Node): readonly Consumer[] {
    return this.#consumers.get(node) ?? []
  }

  side(node: Node): Side {
    return this.#sides.get(node) ?? 'source'
  }

  /** Names the table of a node with state. */
  nameOf(node: KeyedNode): string {
    return `${node.kind}${this.keyed.indexOf(node)}`
  }

  /** Names the mark of how late it is. */
  timeOf(node: StampNode | JoinNode): string {
    return `time${this.#timed.indexOf(node)}`
  }

  #findSide(node: Node): Side {
    const sides = new Set(inputsOf(node).map((input) => this.side(input)))
    if (sides.size > 1) throw refused('what is spread and what is not can’t be brought together again')
    const [side = 'source'] = sides
    if (node.kind === 'key' && side === 'parts' && !node.isKept)
      throw refused('a second keyBy behind one that is spread: send what it gives to another stream')
    if ((node.kind === 'stamp' || node.kind === 'join') && side === 'parts')
      throw refused('a second window behind a key that is spread: no part knows how late it is in the others')
    const isSpread = isKeyed(node) && keysOf(node).some(({ parallel }) => parallel !== undefined)
    return isSpread ? 'parts' : side
  }
}

function keysOf(node: KeyedNode): readonly { readonly parallel: number | undefined }[] {
  if (node.kind === 'join') return node.from
  return [node.kind === 'fold' ? node.from : node.from.from]
}

function parallelOf(nodes: readonly Node[]): number | undefined {
  const asked = new Set<number | undefined>()
  for (const node of nodes) {
    if (node.kind === 'key' && !node.isKept) asked.add(node.parallel)
    if (node.kind === 'join' && node.from[0].parallel !== node.from[1].parallel)
      throw refused('a join whose sides are not equally spread')
  }
  asked.delete(undefined)
  if (asked.size > 1) throw refused('all keys that are spread are so over as many parts')
  const [parallel] = asked
  return parallel === undefined ? undefined : countOf('parallel', parallel, parallel_max)
}

function refused(reason: string): DarqError {
  return new DarqError('invalid_argument', { facts: { reason } })
}
