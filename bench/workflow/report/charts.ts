/**
 * The charts of the workflows' benchmark.
 *
 * @module
 */
import { type Bar, type BarChart, drawBarChart } from '../../chart/bar-chart.ts'
import type { Figures } from '../../core/report/figures.ts'
import { contenderNames } from '../contenders/contender.ts'
import { three_steps } from '../rows.ts'

export interface NamedChart {
  /** Of the file, without its ending. */
  readonly name: string
  readonly chart: BarChart
}

const kinds = [
  { metric: 'p50', axis: 'p50, ms', title: 'Three durable steps, from request to answer' },
  { metric: 'throughput', axis: 'runs/s', title: 'Workflows of three durable steps' },
]

/** A chart for each metric and number of clients: between the loads lie two orders of magnitude. */
export function chartsOf(figures: Figures): NamedChart[] {
  const counts = [...new Set(figures.all({ workload: three_steps, metric: 'p50' }).map(({ batch }) => batch))]
  return kinds.flatMap(({ metric, axis, title }) =>
    counts.map((batch) => {
      const bars = contenderNames.flatMap((contender): Bar[] => {
        const row = figures.row({ workload: three_steps, metric, batch, contender })
        return row === undefined || row.value === null
          ? []
          : [{ series: contender, value: row.value, spread: row.spread }]
      })
      const label = `${batch} ${batch === 1 ? 'client' : 'clients'}`
      const series = bars.map((bar) => bar.series)
      return { name: `workflow-${metric}-${batch}`, chart: { title, axis, series, groups: [{ label, bars }] } }
    }),
  )
}

/** @returns whole SVG documents by file name */
export function drawCharts(figures: Figures): Map<string, string> {
  return new Map(chartsOf(figures).map(({ name, chart }) => [`${name}.svg`, drawBarChart(chart)]))
}
