/**
 * Streams: what is to become of the messages that an address takes, said as a chain of operators. It becomes a participant,
 * or several, like any other: each batch of records is one step, so that what a record leads to happens exactly once.
 *
 * @module
 */
import {
  type AnswerOf,
  type AnyCall,
  type AnyQuery,
  isCall,
  isQuery,
  type Message,
  type MessageType,
  type Query,
  shapes,
} from '../crest/define/address.ts'
import type { Participant, Retry } from '../crest/define/definition.ts'
import type { Run } from '../crest/define/effects.ts'
import type { Frozen, InferOutput, Schema } from '../crest/define/schema.ts'
import { milliseconds, type Span } from '../crest/define/span.ts'
import { invalid } from '../options.ts'
import type { Aggregate } from './aggregate.ts'
import { Ended, sinksOf } from './compile.ts'
import { erased, erasedPair } from './erased.ts'
import type { KeyNode, Node, Sink, StampNode } from './node.ts'
import { type StreamOptions, settingsOf } from './options.ts'
import { anyWindow, type Window } from './window.ts'

/** What an operator gives back is there when it returns: a step waits for nothing. */
type Sync<U> = U extends PromiseLike<unknown> ? never : U

/** The result of a window. `from_ms` is in it, `to_ms` is not; milliseconds since 1970. */
export interface Result<R> {
  readonly key: string
  readonly from_ms: number
  readonly to_ms: number
  readonly value: R
}
export interface Joined<A, B> {
  readonly key: string
  readonly left: A
  readonly right: B
}

export interface EffectOptions {
  readonly retry?: Retry
  /** Of one attempt. Default 1 minute. */
  readonly timeout?: Span
  /** Attempts at the same time. Default 16. */
  readonly parallel_max?: number
}

export interface ViewOptions<T> {
  /** Rows are replaced by newer ones with the same. Default: each is a row of its own. */
  readonly by?: (value: T) => string
  /** This many are kept, the newest. Default 1,000. With `open`, as many open windows may follow. */
  readonly rows_max?: number
  /** Windows that are still open are shown too, behind the closed ones, as far as they have come. */
  readonly open?: boolean
}

/**
 * Values on their way. Operators are synchronous and keep nothing to themselves: a step that fails, or is rolled back, runs
 * again. What they are given is not changed in its depth.
 */
export interface Stream<T> {
  filter<U extends T>(keep: (value: T) => value is U): Stream<U>
  filter(keep: (value: T) => boolean): Stream<T>
  map<U>(change: (value: T) => Sync<U>): Stream<U>
  flatMap<U>(change: (value: T) => Iterable<U>): Stream<U>
  /** Both, in the order in which they come. */
  merge<U>(other: Stream<U>): Stream<T | U>
  /**
   * Keeps records apart from here on.
   *
   * @param options `parallel`: what follows, and its state, is spread over this many participants by a hash of the key; results
   * are the same for any number. Values must be plain data then. The number may change between one opening and the next:
   * keys move to their new parts first.
   */
  keyBy(key: (value: T) => string, options?: { readonly parallel?: number }): Keyed<T>
  /** Goes several ways from here. @returns one participant for all of them */
  branch(...ways: ((stream: Stream<T>) => Participant)[]): Participant
  /** Sends a message for each value: exactly once, speculatively like any message. */
  to(send: (value: T) => Message<'send'>): Participant
  /** Runs code for the outside world, for each value: when it is committed, at least once, with a stable key. */
  effect(run: (value: Frozen<T>, run: Run) => Promise<void>, options?: EffectOptions): Participant
  /**
   * Shows the values at a query of the source's address: `client.watch` tells how far they have hardened, and takes back
   * what is rolled back.
   */
  view<Q extends Query<undefined, Schema>>(
    query: MessageType<Q>,
    ...options: T[] extends AnswerOf<Q> ? [options?: ViewOptions<T>] : [never]
  ): Participant
}

/** Records that are kept apart by a key. */
export interface Keyed<T> {
  /** @param options `late`: what becomes of records that come too late. Default: they are dropped. */
  window(window: Window<T>, options?: { readonly late?: (late: Stream<T>) => Participant }): Windowed<T>
  /**
   * A value per key that each record changes; what it has become goes on. Plain data, kept for as long as the stream lives:
   * `undefined` forgets the key, and nothing goes on then.
   */
  fold<S>(
    initial: S,
    change: (state: Frozen<S>, value: T) => Sync<S> | undefined,
  ): Kept<{ readonly key: string; readonly value: S }>
  /** Pairs of records of both streams with the same key that are at most `within` apart in time. */
  join<U>(other: Keyed<U>, within: Within<T, U>): Kept<Joined<T, U>>
}

/** Values that are still apart by the key that they had: `value.key`. */
export interface Kept<T extends { readonly key: string }> extends Stream<T>, Keyed<T> {
  /** Goes several ways from here. @returns one participant for all of them */
  branch(...ways: ((stream: Kept<T>) => Participant)[]): Participant
}

export interface Windowed<T> {
  /** When a window is over, its result goes on. Several that end together go on in the order of end, beginning and key. */
  aggregate<A, R>(aggregate: Aggregate<T, A, R>): Kept<Result<R>>
}

/** How near two records must be to be joined. */
export interface Within<A, B> {
  readonly span: Span
  /** Of a record, in milliseconds since 1970. */
  readonly times: readonly [(one: A) => number, (other: B) => number]
  /** How far a record may lie behind the newest of both streams before it. Later ones are dropped. Default 0. */
  readonly allowed?: Span
}

/**
 * Begins a stream with a one-way message of an address, and takes the address's place: what is made of the stream is the
 * participant there. Of its messages it takes those that its streams begin with, and the queries of its views.
 *
 * @throws {DarqError} `invalid_argument` for what is no one-way message
 * @example
 * const lateness = stream(Flights.flight)
 *   .filter((flight) => flight.delay > 15)
 *   .keyBy((flight) => flight.origin)
 *   .window(tumbling('1 hour', (flight) => Date.parse(flight.date), { allowed: '5 minutes' }))
 *   .aggregate(mean((flight) => flight.delay))
 *   .to(({ key, value, from_ms }) => Alerts.late(key, { mean: value, from_ms }))
 */
export function stream<S extends Schema>(
  source: MessageType<S> & (S extends AnyCall | AnyQuery ? never : unknown),
  options: StreamOptions = {},
): Stream<Frozen<InferOutput<S>>> {
  const shape = source[shapes]
  if (isCall(shape) || isQuery(shape)) throw invalid('a one-way message', source.name)
  return new Line({ kind: 'source', message: source, settings: settingsOf(options) })
}

const rows_max_default = 1_000

class Line<T> implements Stream<T> {
  readonly node: Node

  constructor(node: Node) {
    this.node = node
  }

  filter(keep: (value: T) => boolean): Line<never> {
    return new Line({ kind: 'filter', from: this.node, change: erased(keep) })
  }
  map<U>(change: (value: T) => Sync<U>): Line<U> {
    return new Line({ kind: 'map', from: this.node, change: erased(change) })
  }
  flatMap<U>(change: (value: T) => Iterable<U>): Line<U> {
    return new Line({ kind: 'flatMap', from: this.node, change: erased(change) })
  }
  merge<U>(other: Stream<U>): Line<T | U> {
    return new Line({ kind: 'merge', from: [this.node, nodeOf(other)] })
  }

  keyBy(key: (value: T) => string, { parallel }: { readonly parallel?: number } = {}): Keyed<T> {
    return new KeyedLine({ kind: 'key', from: this.node, key: erased(key), parallel, isKept: false })
  }

  branch(...ways: ((stream: Stream<T>) => Participant)[]): Participant {
    return new Ended(ways.flatMap((way) => sinksOf(way(this))))
  }
  to(send: (value: T) => Message<'send'>): Participant {
    const change = erased(send)
    // What the application's function gives is what its type says.
    return this.#end({ kind: 'to', from: this.node, send: change as (value: unknown) => Message<'send'> })
  }
  effect(run: (value: Frozen<T>, run: Run) => Promise<void>, options: EffectOptions = {}): Participant {
    return this.#end({
      kind: 'effect',
      from: this.node,
      run: run as (value: unknown, run: Run) => Promise<void>,
      options,
    })
  }
  view<Q extends Query<undefined, Schema>>(query: MessageType<Q>, given: ViewOptions<T> = {}): Participant {
    const { by, rows_max = rows_max_default, open = false } = given
    const shown = by === undefined ? undefined : erased(by)
    return this.#end({ kind: 'view', from: this.node, query, rows_max, by: shown, open })
  }

  #end(sink: Sink): Participant {
    return new Ended([sink])
  }
}

class KeyedLine<T> implements Keyed<T> {
  readonly node: KeyNode

  constructor(node: KeyNode) {
    this.node = node
  }

  window(window: Window<T>, { late }: { readonly late?: (late: Stream<T>) => Participant } = {}): Windowed<T> {
    const node: StampNode = { kind: 'stamp', from: this.node, window: anyWindow(window), late: [] }
    if (late !== undefined) node.late.push(...sinksOf(late(new Line({ kind: 'late', from: node }))))
    return new WindowedLine(node)
  }

  fold<S>(initial: S, change: (state: Frozen<S>, value: T) => Sync<S> | undefined): Kept<{ key: string; value: S }> {
    return new KeptLine<{ key: string; value: S }>({
      kind: 'fold',
      from: this.node,
      initial,
      change: erasedPair(change),
    })
  }

  join<U>(other: Keyed<U>, { span, times: [left, right], allowed = '0 ms' }: Within<T, U>): Kept<Joined<T, U>> {
    if (!(other instanceof KeyedLine || other instanceof KeptLine)) throw invalid('another stream with a key')
    return new KeptLine<Joined<T, U>>({
      kind: 'join',
      from: [this.node, other.keyNode],
      times: [erased(left), erased(right)],
      within_ms: milliseconds(span),
      allowed_ms: milliseconds(allowed),
    })
  }

  get keyNode(): KeyNode {
    return this.node
  }
}

class WindowedLine<T> implements Windowed<T> {
  readonly #node: StampNode

  constructor(node: StampNode) {
    this.#node = node
  }

  aggregate<A, R>({ initial, add, merge, result }: Aggregate<T, A, R>): Kept<Result<R>> {
    if (merge === undefined && this.#node.window.kind === 'session')
      throw invalid('an aggregate with merge: a record may join two sessions')
    return new KeptLine<Result<R>>({
      kind: 'aggregate',
      from: this.#node,
      aggregate: {
        initial,
        add: erasedPair(add),
        merge: merge === undefined ? undefined : erasedPair(merge),
        result: erased(result),
      },
    })
  }
}

class KeptLine<T extends { readonly key: string }> extends Line<T> implements Kept<T> {
  readonly #keyed: KeyedLine<T>

  constructor(node: Node) {
    super(node)
    const key = erased((value: { readonly key: string }) => value.key)
    this.#keyed = new KeyedLine({ kind: 'key', from: node, key, parallel: undefined, isKept: true })
  }

  get keyNode(): KeyNode {
    return this.#keyed.node
  }
  override branch(...ways: ((stream: Kept<T>) => Participant)[]): Participant {
    return new Ended(ways.flatMap((way) => sinksOf(way(this))))
  }
  window(window: Window<T>, options?: { readonly late?: (late: Stream<T>) => Participant }): Windowed<T> {
    return this.#keyed.window(window, options)
  }
  fold<S>(initial: S, change: (state: Frozen<S>, value: T) => Sync<S> | undefined): Kept<{ key: string; value: S }> {
    return this.#keyed.fold(initial, change)
  }
  join<U>(other: Keyed<U>, within: Within<T, U>): Kept<Joined<T, U>> {
    return this.#keyed.join(other, within)
  }
}

function nodeOf(stream: Stream<unknown>): Node {
  if (stream instanceof Line) return stream.node
  throw invalid('a stream', typeof stream)
}
