/**
 * The charts of the pipeline's benchmark.
 *
 * @module
 */
import { type Bar, type BarChart, drawBarChart } from '../../chart/bar-chart.ts'
import type { Figures } from '../../core/report/figures.ts'
import { workload } from '../rows.ts'

const contenders = ['darq-bytes', 'darq', 'darq-one-client', 'transactional', 'platform-message']

export interface NamedChart {
  /** Of the file, without its ending. */
  readonly name: string
  readonly chart: BarChart
}

/** Steps per second, one chart a runtime. */
export function chartsOf(figures: Figures): NamedChart[] {
  return figures.runtimes.flatMap((runtime) => {
    const place = { runtime, workload, metric: 'throughput' }
    const counts = [...new Set(figures.all({ ...place, contender: 'darq' }).map(({ batch }) => batch))]
    const bars = (batch: number) =>
      contenders.flatMap((contender): Bar[] => {
        const row = figures.row({ ...place, batch, contender })
        return row === undefined || row.value === null
          ? []
          : [{ series: contender, value: row.value, spread: row.spread }]
      })
    const chart = {
      title: `Durable steps of 100-byte messages, ${runtime}`,
      axis: 'steps/s',
      series: contenders,
      groups: counts.map((count) => ({
        label: `${count} ${count === 1 ? 'producer' : 'producers'}`,
        bars: bars(count),
      })),
    }
    return counts.length === 0 ? [] : [{ name: `pipeline-${runtime}`, chart }]
  })
}

/** @returns whole SVG documents by file name */
export function drawCharts(figures: Figures): Map<string, string> {
  return new Map(chartsOf(figures).map(({ name, chart }) => [`${name}.svg`, drawBarChart(chart)]))
}
