/**
 * Looks rows up.
 *
 * @module
 */
import type { Row } from '../../row.ts'

export type RowFilter = Partial<Pick<Row, 'runtime' | 'contender' | 'workload' | 'payload_bytes' | 'batch' | 'metric'>>

export class Figures {
  readonly rows: readonly Row[]

  constructor(rows: readonly Row[]) {
    this.rows = rows
  }

  all(place: RowFilter): Row[] {
    return this.rows.filter((row) => matches(row, place))
  }

  row(place: RowFilter): Row | undefined {
    return this.rows.find((row) => matches(row, place))
  }

  value(place: RowFilter): number | undefined {
    return this.row(place)?.value ?? undefined
  }

  /** In the order in which they ran; `native` is none. */
  get runtimes(): string[] {
    return [...new Set(this.rows.map(({ runtime }) => runtime))].filter((runtime) => runtime !== 'native')
  }
}

function matches(row: Row, place: RowFilter): boolean {
  return (
    (place.runtime === undefined || row.runtime === place.runtime) &&
    (place.contender === undefined || row.contender === place.contender) &&
    (place.workload === undefined || row.workload === place.workload) &&
    (place.payload_bytes === undefined || row.payload_bytes === place.payload_bytes) &&
    (place.batch === undefined || row.batch === place.batch) &&
    (place.metric === undefined || row.metric === place.metric)
  )
}
