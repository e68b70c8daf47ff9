/**
 * The chart of the streams' benchmark.
 *
 * @module
 */
import { type BarChart, drawBarChart } from '../../chart/bar-chart.ts'
import type { Figures } from '../../core/report/figures.ts'
import { contenderNames } from '../contenders/contender.ts'
import { workloadNames } from '../workloads/workload.ts'

export const chartName = 'stream.svg'

/** Records per second, everywhere. */
export function chartOf(figures: Figures): BarChart {
  return {
    title: 'Records through filter, key and window, results committed on another host',
    axis: 'records/s',
    series: contenderNames,
    groups: figures.runtimes.flatMap((runtime) =>
      workloadNames.map((workload) => ({
        label: `${runtime}, ${workload}`,
        bars: contenderNames.flatMap((contender) => {
          const row = figures.row({ runtime, workload, contender, metric: 'throughput' })
          return row === undefined || row.value === null
            ? []
            : [{ series: contender, value: row.value, spread: row.spread }]
        }),
      })),
    ),
  }
}

/** @returns whole SVG documents by file name */
export function drawCharts(figures: Figures): Map<string, string> {
  return new Map([[chartName, drawBarChart(chartOf(figures))]])
}
