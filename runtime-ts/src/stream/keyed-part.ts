/**
 * One of the parts of a stream that is spread: it keeps the state of its keys.
 *
 * @module
 */
import { shapes } from '../crest/define/address.ts'
import { type Definition, defineParticipant } from '../crest/define/definition.ts'
import { refuse } from '../crest/define/participant.ts'
import { table } from '../crest/define/state.ts'
import type { Held } from '../crest/define/step.ts'
import { DarqError, isA } from '../error.ts'
import { Flow } from './flow.ts'
import { partOf } from './key-hash.ts'
import type { KeyedNode, SourceNode } from './node.ts'
import { cellsOf, foreignState, isList, marks_table, numbersOf, type StreamStep } from './operator.ts'
import { plain, plainBytes, plainSchema } from './plain-schema.ts'
import type { Plan } from './plan.ts'
import { readBody } from './shuffle.ts'
import { sinkPush } from './sinks.ts'
import { moved_word, partsAddress, rows_word, sourceAddress, taken_word } from './words.ts'

/** About how many bytes of keys and state are handed over in one step: to one part or several, in a message each. */
const move_bytes_max = 256 * 1_024
/** About how many bytes of rows go to the source in one message. */
const rows_bytes_max = 256 * 1_024
/** How many of what a part was sent it has handled: the number of what comes next. */
const expected_mark = 'expected'
/** What a part tells itself while it hands over. */
const moving_word = 'stream:moving'

interface PartStep extends StreamStep {
  hold(key: string): Held
  release(key: string): void
}

export class KeyedPart {
  readonly #plan: Plan
  readonly #main: SourceNode
  readonly #flow: Flow
  readonly #operators: ReadonlyMap<number, KeyedNode>
  readonly #source: ReturnType<typeof sourceAddress>
  readonly #parts: ReturnType<typeof partsAddress>
  /** Rows for the views, by sink. */
  readonly #rows = new Map<number, unknown[]>()
  #step: PartStep | undefined

  constructor(plan: Plan, main: SourceNode) {
    this.#plan = plan
    this.#main = main
    const { address } = main.message
    this.#source = sourceAddress(address)
    this.#parts = partsAddress(address)
    this.#operators = new Map([...plan.keyed.entries()].filter(([, node]) => plan.side(node) === 'parts'))
    const sink = sinkPush(
      plan,
      address,
      () => this.#step,
      (index, value) => this.#show(index, value),
    )
    const cross = (): never => {
      throw new DarqError('internal', { facts: { reason: 'a part feeds no other part' } })
    }
    this.#flow = new Flow(plan, 'parts', { cross, sink }, main.settings.open_max)
  }

  get definition(): Definition {
    const names = [marks_table, ...[...this.#operators.values()].map((node) => this.#plan.nameOf(node))]
    return defineParticipant(this.#parts[shapes], {
      state: Object.fromEntries(names.map((name) => [name, table(plainSchema)])),
      own: { [moving_word]: plainSchema },
      on: {
        records: (step: PartStep, body: unknown) => this.#inOrder(step, body, (rest) => this.#take(step, rest[0])),
        move: (step: PartStep, body: unknown) =>
          this.#inOrder(step, body, ([parallel]) => this.#move(step, Number(parallel), 0)),
        take: (step: PartStep, body: unknown) => this.#adopt(step, body),
        [moving_word]: (step: PartStep, body: unknown) => {
          const [parallel, takes] = numbersOf(body, 2)
          this.#move(step, parallel ?? 1, takes ?? 0)
        },
      },
      // What is put aside would be missed by all that must come behind it: it is tried until the code can digest it.
      retry: { ...this.#main.settings.retry, attempts_max: Number.MAX_SAFE_INTEGER },
    })
  }

  /** Runs it if everything before it was handled; else it is held until that is so. */
  #inOrder(step: PartStep, body: unknown, run: (rest: readonly unknown[]) => void): Held | undefined {
    const [number, ...rest] = isList(body) ? body : []
    const marks = cellsOf(step, marks_table)
    const expected = marks.get(expected_mark) ?? 0
    if (typeof expected !== 'number') throw foreignState()
    if (typeof number !== 'number' || number < expected) refuse('not a message of this stream’s source')
    if (number !== expected) return step.hold(`${number}`)
    withoutRefusal(() => run(rest))
    marks.set(expected_mark, expected + 1)
    step.release(`${expected + 1}`)
    return undefined
  }

  #take(step: PartStep, body: unknown): void {
    this.#step = step
    this.#rows.clear()
    this.#flow.begin(step)
    const { records, watermarks } = readBody(body)
    for (const { operator, port, value, watermark_ms } of records) {
      const node = this.#operators.get(operator)
      if (node === undefined) throw foreignState()
      this.#flow.take(node, port, value, watermark_ms)
    }
    this.#flow.end((node) => watermarks.get(this.#plan.keyed.indexOf(node)) ?? Number.NEGATIVE_INFINITY)
    for (const [index, rows] of this.#rows)
      for (const some of slicesOf(rows, rows_bytes_max)) step.send(this.#source[rows_word](plain([index, some])))
  }

  #show(index: number, row: unknown): void {
    const rows = this.#rows.get(index)
    if (rows === undefined) this.#rows.set(index, [row])
    else rows.push(row)
  }

  /** Hands over keys that are another part's when there are `parallel` of them: in slices, each one step. */
  #move(step: PartStep, parallel: number, takes: number): void {
    this.#flow.begin(step)
    const slices = new Map<number, unknown[]>()
    let bytes = 0
    let isAll = true
    for (const [operator, node] of this.#operators) {
      const cells = cellsOf(step, this.#plan.nameOf(node))
      for (const [key, value] of [...cells.entries()]) {
        const part = partOf(key, parallel)
        if (`${part}` === step.key) continue
        if (bytes >= move_bytes_max) {
          isAll = false
          break
        }
        const move = [operator, key, value]
        bytes += plainBytes(move)
        const slice = slices.get(part)
        if (slice === undefined) slices.set(part, [move])
        else slice.push(move)
        cells.delete(key)
      }
    }
    for (const [part, slice] of slices) step.send(this.#parts.take(`${part}`, plain(slice)))
    this.#recount()
    const sent = takes + slices.size
    if (isAll) step.send(this.#source[moved_word](sent))
    else {
      // Nothing else comes in between: the source sends no records until all is told.
      const rest = step.own[moving_word]?.([parallel, sent])
      if (rest !== undefined) step.send(rest)
    }
  }

  /** Keys that were another part's. */
  #adopt(step: PartStep, body: unknown): void {
    this.#flow.begin(step)
    for (const moved of isList(body) ? body : []) {
      const [operator, key, value] = isList(moved) ? moved : []
      const node = typeof operator === 'number' ? this.#operators.get(operator) : undefined
      if (node === undefined || typeof key !== 'string') throw foreignState()
      cellsOf(step, this.#plan.nameOf(node)).set(key, value)
    }
    this.#recount()
    step.send(this.#source[taken_word](null))
  }

  #recount(): void {
    this.#flow.recount()
    this.#flow.end(() => Number.NEGATIVE_INFINITY)
  }
}

/** A refusal would put the message aside, too. Here it is a failure as any other. */
function withoutRefusal(run: () => void): void {
  try {
    run()
  } catch (thrown) {
    if (isA(thrown, DarqError) && thrown.code.startsWith('app:')) throw new Error(thrown.message, { cause: thrown })
    throw thrown
  }
}

/** Values in their order, in slices of about this many bytes. */
function* slicesOf(values: readonly unknown[], bytes_max: number): Generator<readonly unknown[]> {
  let slice: unknown[] = []
  let bytes = 0
  for (const value of values) {
    slice.push(value)
    bytes += plainBytes(value)
    if (bytes < bytes_max) continue
    yield slice
    slice = []
    bytes = 0
  }
  if (slice.length > 0) yield slice
}
