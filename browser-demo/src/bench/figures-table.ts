/**
 * All figures of a run as the rows of a table.
 *
 * @module
 */
import { shortNumber } from '../../../bench/chart/bar-chart.ts'
import type { Figures } from '../../../bench/core/report/figures.ts'
import type { Row } from '../../../bench/row.ts'
import { make } from '../view/element.ts'

const contenders = ['wasm', 'twin', 'idiomatic']
/** Shown in columns of their own, in charts, or only among the rows. */
const elsewhere = ['bandwidth', 'typical', 'warm_up', 'recovered', 'ratio_to_twin', 'ratio_to_idiomatic']
const head = ['workload', 'B × batch', 'unit', ...contenders, 'wasm : twin', 'wasm : idiomatic']

/** The same places and metrics as the report's: one row for each, a column for each contender. */
export function figureRows(figures: Figures): HTMLTableRowElement[] {
  const shown = figures.rows.filter(({ metric }) => !elsewhere.includes(metric))
  const places = new Map(
    shown
      .filter(({ contender }) => contenders.includes(contender))
      .map((row) => [`${row.workload} ${row.payload_bytes} ${row.batch} ${row.metric}`, row]),
  )
  const header = make('tr', {}, ...head.map((name) => make('th', { scope: 'col' }, name)))
  return [header, ...[...places.values()].map((row) => figureRow(figures, row))]
}

function figureRow(figures: Figures, { workload, payload_bytes, batch, metric, unit }: Row): HTMLTableRowElement {
  const place = { workload, payload_bytes, batch }
  const plain = metric === 'throughput' || metric === 'not_measured' || metric === workload
  const name = plain ? workload : `${workload}, ${metric.replace('_', ' ')}`
  const values = contenders.map((contender) => make('td', {}, amount(figures.row({ ...place, contender, metric }))))
  const ratios = ['ratio_to_twin', 'ratio_to_idiomatic'].map((of) => {
    const ratio = metric === 'throughput' ? figures.value({ ...place, contender: 'wasm', metric: of }) : undefined
    if (ratio === undefined) return make('td')
    return make('td', ratio < 1 ? { class: 'behind' } : {}, `${ratio.toFixed(2)} ×`)
  })
  const cells = [name, `${payload_bytes} × ${batch}`, unit].map((text) => make('td', {}, text))
  return make('tr', {}, ...cells, ...values, ...ratios)
}

function amount(row: Row | undefined): string {
  if (row === undefined || row.value === null) return '–'
  const half = row.spread / 2
  return half === 0 ? shortNumber(row.value) : `${shortNumber(row.value)} ± ${((half / row.value) * 100).toFixed(0)} %`
}
