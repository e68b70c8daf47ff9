/**
 * The graph that a stream's operators make: each node knows what it is fed by.
 *
 * @module
 */
import type { AnyQuery, Message, MessageType } from '../crest/define/address.ts'
import type { Retry } from '../crest/define/definition.ts'
import type { Run } from '../crest/define/effects.ts'
import type { Schema } from '../crest/define/schema.ts'
import type { Span } from '../crest/define/span.ts'
import type { AnyAggregate } from './aggregate.ts'
import type { Change } from './erased.ts'
import type { Settings } from './options.ts'
import type { AnyWindow } from './window.ts'

export interface SourceNode {
  readonly kind: 'source'
  readonly message: MessageType<Schema>
  readonly settings: Settings
}
export interface MapNode {
  readonly kind: 'map' | 'filter' | 'flatMap'
  readonly from: Node
  readonly change: Change
}
export interface MergeNode {
  readonly kind: 'merge'
  readonly from: readonly [Node, Node]
}
/** What its records are kept apart by. */
export interface KeyNode {
  readonly kind: 'key'
  readonly from: Node
  readonly key: Change
  /** Over how many participants what follows is spread; `undefined`: it stays where it is. */
  readonly parallel: number | undefined
  /** The records are results that had this key already. */
  readonly isKept: boolean
}
/** Where a record's time is read: what is late leaves here. */
export interface StampNode {
  readonly kind: 'stamp'
  readonly from: KeyNode
  readonly window: AnyWindow
  /** What is done with the late ones. */
  readonly late: Sink[]
}
export interface LateNode {
  readonly kind: 'late'
  readonly from: StampNode
}
export interface AggregateNode {
  readonly kind: 'aggregate'
  readonly from: StampNode
  readonly aggregate: AnyAggregate
}
export interface FoldNode {
  readonly kind: 'fold'
  readonly from: KeyNode
  readonly initial: unknown
  readonly change: (state: unknown, value: unknown) => unknown
}
export interface JoinNode {
  readonly kind: 'join'
  readonly from: readonly [KeyNode, KeyNode]
  readonly times: readonly [Change, Change]
  readonly within_ms: number
  readonly allowed_ms: number
}

/** Has state per key. */
export type KeyedNode = AggregateNode | FoldNode | JoinNode
export type Node = SourceNode | MapNode | MergeNode | KeyNode | StampNode | LateNode | KeyedNode

/** Where a stream ends. */
export type Sink =
  | { readonly kind: 'to'; readonly from: Node; readonly send: (value: unknown) => Message<'send'> }
  | {
      readonly kind: 'effect'
      readonly from: Node
      readonly run: (value: unknown, run: Run) => Promise<void>
      readonly options: { readonly retry?: Retry; readonly timeout?: Span; readonly parallel_max?: number }
    }
  | {
      readonly kind: 'view'
      readonly from: Node
      readonly query: MessageType<AnyQuery>
      readonly rows_max: number
      /** Of the rows with the same, the newest is shown. */
      readonly by: Change | undefined
      readonly open: boolean
    }

/** What feeds a node, in the order of its ports. */
export function inputsOf(node: Node): readonly Node[] {
  switch (node.kind) {
    case 'source':
      return []
    case 'merge':
    case 'join':
      return node.from
    default:
      return [node.from]
  }
}

export function isKeyed(node: Node): node is KeyedNode {
  return node.kind === 'aggregate' || node.kind === 'fold' || node.kind === 'join'
}

/** The key under which a keyed node keeps a record of one of its ports. */
export function keyOf(node: KeyedNode, port: number): KeyNode {
  if (node.kind === 'aggregate') return node.from.from
  if (node.kind === 'fold') return node.from
  return port === 0 ? node.from[0] : node.from[1]
}
