/**
 * The charts of the core's benchmark.
 *
 * @module
 */
import { type Bar, type BarChart, drawBarChart } from '../../chart/bar-chart.ts'
import type { Figures, RowFilter } from './figures.ts'

const contenders = ['wasm', 'twin', 'idiomatic']
const payloads = [32, 128, 1024, 16_384]
const batchSizes = [1, 16, 256]

export interface NamedChart {
  /** Of the file, without its ending. */
  readonly name: string
  readonly chart: BarChart
}

/** @returns those for which there are figures */
export function chartsOf(figures: Figures): NamedChart[] {
  const runtime = figures.runtimes[0] ?? 'node'
  const charts = [
    { name: 'core-runtimes', chart: byRuntime(figures) },
    { name: 'core-payloads', chart: byPayload(figures, runtime) },
    { name: 'core-batches', chart: byBatch(figures, runtime) },
    { name: 'core-ratios', chart: ratios(figures, runtime) },
  ]
  return charts.filter(({ chart }) => chart.groups.length > 0)
}

/** @returns whole SVG documents by file name */
export function drawCharts(figures: Figures): Map<string, string> {
  return new Map(chartsOf(figures).map(({ name, chart }) => [`${name}.svg`, drawBarChart(chart)]))
}

function byRuntime(figures: Figures): BarChart {
  const place = { workload: 'ingest-commit', payload_bytes: 128, batch: 256, metric: 'throughput' }
  return {
    title: 'From a message to bytes for storage, 128 B × 256',
    axis: 'messages/s',
    series: figures.all({ ...place, contender: 'native-c' }).length > 0 ? [...contenders, 'native-c'] : contenders,
    groups: grouped([
      ...figures.runtimes.map((runtime) => ({ label: runtime, bars: bars(figures, { ...place, runtime }) })),
      { label: 'native', bars: bars(figures, { ...place, runtime: 'native' }, ['native-c']) },
    ]),
  }
}

function byPayload(figures: Figures, runtime: string): BarChart {
  const place = { runtime, workload: 'ingest-commit', batch: 256, metric: 'bandwidth' }
  return {
    title: `From a message to bytes for storage, batches of 256, ${runtime}`,
    axis: 'bytes of payload/s',
    series: contenders,
    groups: grouped(
      payloads.map((payload_bytes) => ({
        label: `${payload_bytes} B`,
        bars: bars(figures, { ...place, payload_bytes }),
      })),
    ),
  }
}

function byBatch(figures: Figures, runtime: string): BarChart {
  const place = { runtime, workload: 'ingest-commit', payload_bytes: 128, metric: 'throughput' }
  return {
    title: `From a message to bytes for storage, 128 B, ${runtime}`,
    axis: 'messages/s',
    series: contenders,
    groups: grouped(
      batchSizes.map((batch) => ({ label: `batches of ${batch}`, bars: bars(figures, { ...place, batch }) })),
    ),
  }
}

/** One group for each workload, at its largest batch of 128 bytes. */
function ratios(figures: Figures, runtime: string): BarChart {
  const series = { 'to the twin': 'ratio_to_twin', 'to the idiomatic version': 'ratio_to_idiomatic' }
  const workloads = [...new Set(figures.all({ runtime, metric: 'ratio_to_twin' }).map(({ workload }) => workload))]
  return {
    title: `Wasm, how many times as fast, 128 B, largest batch, ${runtime}`,
    axis: 'ratio in the same rounds, ×',
    series: Object.keys(series),
    even: 1,
    groups: grouped(
      workloads.map((workload) => ({
        label: workload.replace('ingest-', ''),
        bars: Object.entries(series).flatMap(([name, metric]) => {
          const found = figures.all({ runtime, contender: 'wasm', workload, metric })
          const row = found.filter(({ payload_bytes }) => payload_bytes === 128 || payload_bytes === 0).at(-1)
          return row?.value === undefined || row.value === null ? [] : [{ ...row, series: name, value: row.value }]
        }),
      })),
    ),
  }
}

function bars(figures: Figures, place: RowFilter, names: readonly string[] = contenders): Bar[] {
  return names.flatMap((contender) => {
    const row = figures.row({ ...place, contender })
    return row === undefined || row.value === null ? [] : [{ series: contender, value: row.value, spread: row.spread }]
  })
}

function grouped(groups: BarChart['groups']): BarChart['groups'] {
  return groups.filter(({ bars }) => bars.length > 0)
}
