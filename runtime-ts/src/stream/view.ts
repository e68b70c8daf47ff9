/**
 * A live view of a stream's results: a query of its source's address.
 *
 * @module
 */
import type { AnyQuery, MessageType } from '../crest/define/address.ts'
import { invalid } from '../options.ts'
import type { AggregateNode, MapNode, Node, Sink } from './node.ts'
import type { Push, StreamStep } from './operator.ts'
import { panesOf } from './panes.ts'
import type { Plan } from './plan.ts'
import { Rows, rowsOf } from './rows.ts'
import { statelessInput } from './stateless.ts'

type ViewSink = Sink & { readonly kind: 'view' }

export class View {
  readonly name: string
  readonly query: MessageType<AnyQuery>
  readonly #rows: Rows
  readonly #rows_max: number
  /** Shows the windows that are open, too: which, and what lies between them and the view. */
  readonly #open: OpenWindows | undefined

  /** @throws {DarqError} `invalid_argument` for a view that would show open windows, but of none or of others' */
  constructor(plan: Plan, sink: ViewSink, name: string) {
    this.name = name
    this.query = sink.query
    this.#rows_max = sink.rows_max
    this.#rows = new Rows(name, sink.rows_max, sink.by)
    this.#open = sink.open ? openBehind(plan, sink) : undefined
  }

  begin(step: StreamStep): void {
    this.#rows.begin(step)
  }
  push(value: unknown): void {
    this.#rows.push(value)
  }
  end(): void {
    this.#rows.end()
  }

  /** What there is to show: closed windows, the oldest first; then the open ones. */
  rows({ state }: Pick<StreamStep, 'state'>): readonly unknown[] {
    const rows = [...rowsOf(state[this.name])]
    if (this.#open === undefined) return rows
    const { table, node, way } = this.#open
    const open = [...(state[table]?.entries() ?? [])]
      .flatMap(([key, kept]) => panesOf(kept).map((pane) => ({ key, ...pane })))
      .sort((one, other) => one.to_ms - other.to_ms || (one.key < other.key ? -1 : 1))
    const push = along(way, (value) => rows.push(value))
    for (const { key, from_ms, to_ms, total } of open) {
      if (rows.length >= 2 * this.#rows_max) break
      push({ key, from_ms, to_ms, value: node.aggregate.result(total) })
    }
    return rows
  }
}

function openBehind(plan: Plan, sink: ViewSink): OpenWindows {
  const way: MapNode[] = []
  let node: Node = sink.from
  while (node.kind === 'map' || node.kind === 'filter' || node.kind === 'flatMap') {
    way.unshift(node)
    node = node.from
  }
  if (node.kind === 'aggregate' && plan.side(node) === 'source') return { table: plan.nameOf(node), node, way }
  throw invalid('open: windows that are not spread, with nothing but map, filter and flatMap behind them')
}

interface OpenWindows {
  readonly table: string
  readonly node: AggregateNode
  readonly way: readonly MapNode[]
}

function along(way: readonly MapNode[], end: Push): Push {
  return way.reduceRight<Push>((next, node) => statelessInput(node, next), end)
}
