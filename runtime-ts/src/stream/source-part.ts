/**
 * The participant at a stream's source: it takes records, runs what is not spread, and feeds the parts.
 *
 * @module
 */
import type { Shapes } from '../crest/define/address.ts'
import { shapes } from '../crest/define/address.ts'
import { type Definition, defineParticipant } from '../crest/define/definition.ts'
import { type StateShapes, table } from '../crest/define/state.ts'
import { DarqError } from '../error.ts'
import { type Ends, Flow } from './flow.ts'
import { Idle, idle_word } from './idle.ts'
import type { SourceNode } from './node.ts'
import { isList, marks_table, type StreamStep } from './operator.ts'
import { plainSchema } from './plain-schema.ts'
import type { Plan } from './plan.ts'
import { Shuffle } from './shuffle.ts'
import { sinkPush } from './sinks.ts'
import { flush_word, type Spread, spread_table, waiting_table } from './spread.ts'
import { View } from './view.ts'
import { moved_word, rows_word, taken_word, wordOf } from './words.ts'

const cells = table(plainSchema)

export class SourcePart {
  readonly #plan: Plan
  readonly #main: SourceNode
  readonly #flow: Flow
  readonly #shuffle: Shuffle | undefined
  readonly #views: ReadonlyMap<number, View>
  readonly #idle: Idle | undefined
  #step: StreamStep | undefined

  constructor(plan: Plan, main: SourceNode) {
    this.#plan = plan
    this.#main = main
    const { address } = main.message
    const { open_max, idle_ms } = main.settings
    this.#views = new Map(
      plan.sinks.flatMap((sink, index) =>
        sink.kind === 'view' ? [[index, new View(plan, sink, `view${index}`)]] : [],
      ),
    )
    this.#shuffle = plan.parallel === undefined ? undefined : new Shuffle(plan, address, plan.parallel)
    this.#idle = idle_ms === undefined ? undefined : new Idle(idle_ms)
    const sink = sinkPush(
      plan,
      address,
      () => this.#step,
      (index, value) => this.#views.get(index)?.push(value),
    )
    const cross: Ends['cross'] = (node, port, value, watermark_ms) =>
      this.#shuffle?.add(node, port, value, watermark_ms)
    this.#flow = new Flow(plan, 'source', { cross, sink }, open_max)
  }

  get definition(): Definition {
    const { message, settings } = this.#main
    const { batch, retry } = settings
    const messages: Record<string, Shapes[string]> = {}
    const on: Record<string, unknown> = {}
    for (const [word, nodes] of Map.groupBy(this.#plan.sources, (node) => wordOf(node, message.address))) {
      const [first] = nodes
      // What was forwarded has been checked where it came in.
      messages[word] = first?.message.address === message.address ? first.message[shapes] : plainSchema
      on[word] = { batch, run: (step: StreamStep, bodies: readonly unknown[]) => this.#run(step, nodes, bodies) }
    }
    for (const view of this.#views.values()) {
      messages[view.query.name] = view.query[shapes]
      on[view.query.name] = (read: Pick<StreamStep, 'state'>) => view.rows(read)
    }
    if (this.#shuffle !== undefined) {
      Object.assign(messages, { [rows_word]: plainSchema, [moved_word]: plainSchema, [taken_word]: plainSchema })
      on[rows_word] = (step: StreamStep, body: unknown) => this.#rows(step, body)
      on[moved_word] = (step: StreamStep, body: unknown) =>
        this.#spread(step, (spread) => spread.moved(typeof body === 'number' ? body : 0))
      on[taken_word] = (step: StreamStep) => this.#spread(step, (spread) => spread.taken())
    }
    if (this.#idle !== undefined) on[idle_word] = (step: StreamStep) => this.#silent(step)
    if (this.#shuffle !== undefined)
      on[flush_word] = (step: StreamStep) => this.#spread(step, (spread) => spread.flush())
    const own = {
      ...(this.#idle !== undefined && { [idle_word]: plainSchema }),
      ...(this.#shuffle !== undefined && { [flush_word]: plainSchema }),
    }
    return defineParticipant([message.address, messages], { state: this.#state, own, on, retry })
  }

  get #state(): StateShapes {
    const names = [marks_table, ...[...this.#views.values()].map(({ name }) => name)]
    for (const node of this.#plan.keyed) if (this.#plan.side(node) === 'source') names.push(this.#plan.nameOf(node))
    if (this.#shuffle !== undefined) names.push(spread_table, waiting_table)
    return Object.fromEntries(names.map((name) => [name, cells]))
  }

  #begin(step: StreamStep): void {
    this.#step = step
    this.#flow.begin(step)
    for (const view of this.#views.values()) view.begin(step)
    this.#shuffle?.begin(step, (node) => this.#flow.watermark(node))
  }

  #end(): void {
    this.#flow.end((node) => this.#flow.watermark(node))
    this.#shuffle?.end((node) => this.#flow.watermark(node))
    for (const view of this.#views.values()) view.end()
  }

  #run(step: StreamStep, nodes: readonly SourceNode[], bodies: readonly unknown[]): void {
    this.#begin(step)
    for (const node of nodes) {
      const push = this.#flow.source(node)
      for (const body of bodies) push(body)
    }
    this.#idle?.heard(step)
    this.#end()
  }

  #silent(step: StreamStep): void {
    if (this.#idle?.isSilent(step) !== true) return
    this.#begin(step)
    this.#flow.close()
    this.#end()
  }

  /** What a part shows. */
  #rows(step: StreamStep, body: unknown): void {
    const [index, rows] = isList(body) ? body : []
    const view = typeof index === 'number' ? this.#views.get(index) : undefined
    if (view === undefined || !isList(rows))
      throw new DarqError('schema', { facts: { expected: 'rows of a view of this stream' } })
    view.begin(step)
    for (const row of rows) view.push(row)
    view.end()
  }

  #spread(step: StreamStep, change: (spread: Spread) => void): void {
    if (this.#shuffle === undefined) return
    const { spread } = this.#shuffle
    spread.begin(step)
    change(spread)
    spread.end()
  }
}
