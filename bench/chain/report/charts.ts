/**
 * The charts of the chains' benchmark: latency over the length of the chain, a line for each contender.
 *
 * @module
 */
import type { Figures } from '../../core/report/figures.ts'
import { contenderNames } from '../contenders.ts'
import type { Plan } from '../plan.ts'
import { workloadOf } from '../rows.ts'
import { drawLineChart, type LineChart } from './line-chart.ts'

export interface NamedChart {
  /** Of the file, without its ending. */
  readonly name: string
  readonly chart: LineChart
}

/** One chart for each place and flush, with one request in flight. */
export function chartsOf(figures: Figures, { lengths, flushes_ms }: Plan): NamedChart[] {
  return figures.runtimes.flatMap((runtime) =>
    flushes_ms.flatMap((flush_ms) => {
      const lines = contenderNames.map((contender) => ({
        name: contender,
        points: lengths.flatMap((length) => {
          const workload = workloadOf(length, flush_ms)
          const y = figures.value({ runtime, contender, workload, batch: 1, metric: 'committed_p50' })
          return y === undefined ? [] : [{ x: length, y }]
        }),
      }))
      if (lines.every(({ points }) => points.length < 2)) return []
      const chart = {
        title: `Committed at the last host, a flush takes ${flush_ms} ms longer (${runtime})`,
        x_axis: 'hosts in the chain',
        y_axis: 'p50, ms',
        lines,
      }
      return [{ name: `chain-${runtime}-${flush_ms}ms`, chart }]
    }),
  )
}

/** @returns whole SVG documents by file name */
export function drawCharts(figures: Figures, plan: Plan): Map<string, string> {
  return new Map(chartsOf(figures, plan).map(({ name, chart }) => [`${name}.svg`, drawLineChart(chart)]))
}
