/**
 * Grouped bars as SVG: axis with its unit, legend, error bars. Readable on light and dark ground.
 *
 * @module
 */

export interface Bar {
  /** One of the chart's series. */
  readonly series: string
  readonly value: number
  /** The bar's error mark reaches half of this up and down. */
  readonly spread: number
}

export interface BarChart {
  readonly title: string
  /** What the axis shows, with its unit. */
  readonly axis: string
  readonly series: readonly string[]
  readonly groups: readonly { readonly label: string; readonly bars: readonly Bar[] }[]
  /** Draws a line across, where nobody is ahead. */
  readonly even?: number
}

const width = 760
const height = 360
const margin = { top: 64, right: 16, bottom: 34, left: 72 }
const ticks_about = 5

/** Colours by class, so that a page with a strict policy for styles can bring its own. */
export const chartStyle = `
.chart { font: 13px system-ui, sans-serif; background: #ffffff }
.chart text { fill: #1b1d22 } .chart .soft { fill: #5b606b }
.chart .grid { stroke: #e2dfd8 } .chart .even { stroke: #5b606b; stroke-dasharray: 4 3 } .chart .error { stroke: #1b1d22 }
.chart .series-0 { fill: #2f5fd0 } .chart .series-1 { fill: #b4540a } .chart .series-2 { fill: #71808f } .chart .series-3 { fill: #166b3a }
@media (prefers-color-scheme: dark) {
.chart { background: #14161a } .chart text { fill: #e9eaee } .chart .soft { fill: #a3a9b6 }
.chart .grid { stroke: #2d323c } .chart .even { stroke: #a3a9b6 } .chart .error { stroke: #e9eaee }
.chart .series-0 { fill: #7ea6ff } .chart .series-1 { fill: #f0a35e } .chart .series-2 { fill: #8b97a6 } .chart .series-3 { fill: #6fd79b }
}
`

/** @returns a whole SVG document. `styled`: brings its colours along */
export function drawBarChart(chart: BarChart, styled = true): string {
  const highest = Math.max(chart.even ?? 0, ...chart.groups.flatMap(({ bars }) => bars.map(topOf)))
  const step = niceStep(highest / ticks_about)
  const top_value = Math.max(step, Math.ceil(highest / step) * step)
  const plot_height = height - margin.top - margin.bottom
  const y = (value: number) => margin.top + plot_height * (1 - value / top_value)
  const band = (width - margin.left - margin.right) / Math.max(1, chart.groups.length)
  const parts = [
    text(margin.left, 20, chart.title, 'start', ' font-size="16" font-weight="600"'),
    ...legend(chart.series),
    `<text class="soft" text-anchor="middle" transform="translate(16 ${margin.top + plot_height / 2}) rotate(-90)">${escaped(chart.axis)}</text>`,
  ]
  for (let tick = 0; tick <= Math.round(top_value / step); tick++) {
    const value = tick * step
    parts.push(line('grid', margin.left, y(value), width - margin.right, y(value)))
    parts.push(text(margin.left - 8, y(value) + 4, shortNumber(value), 'end', ' class="soft"'))
  }
  chart.groups.forEach(({ label, bars }, nth) => {
    parts.push(...group(chart.series, bars, margin.left + nth * band, band, y))
    parts.push(text(margin.left + (nth + 0.5) * band, height - 12, label, 'middle'))
  })
  if (chart.even !== undefined)
    parts.push(line('even', margin.left, y(chart.even), width - margin.right, y(chart.even)))
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" class="chart" viewBox="0 0 ${width} ${height}" role="img">`,
    `<title>${escaped(`${chart.title}: ${chart.axis}`)}</title>`,
    ...(styled ? [`<style>${chartStyle}</style>`, `<rect width="100%" height="100%" fill="none"/>`] : []),
    ...parts,
    '</svg>\n',
  ].join('\n')
}

function group(
  series: readonly string[],
  bars: readonly Bar[],
  x: number,
  band: number,
  y: (value: number) => number,
): string[] {
  const gap = Math.min(12, band * 0.12)
  const bar_width = (band - 2 * gap) / Math.max(1, series.length)
  return bars.flatMap((bar) => {
    const at = series.indexOf(bar.series)
    const left = x + gap + at * bar_width
    const middle = left + bar_width / 2
    const low = y(Math.max(0, bar.value - bar.spread / 2))
    const high = y(bar.value + bar.spread / 2)
    return [
      `<rect class="series-${at}" x="${round(left + 1)}" y="${round(y(bar.value))}" width="${round(Math.max(1, bar_width - 2))}" height="${round(y(0) - y(bar.value))}"><title>${escaped(`${bar.series}: ${shortNumber(bar.value)} ± ${shortNumber(bar.spread / 2)}`)}</title></rect>`,
      ...(bar.spread > 0
        ? [
            line('error', middle, low, middle, high),
            line('error', middle - 4, low, middle + 4, low),
            line('error', middle - 4, high, middle + 4, high),
          ]
        : []),
    ]
  })
}

function legend(series: readonly string[]): string[] {
  let x = margin.left
  return series.flatMap((name, nth) => {
    const at = x
    x += 34 + name.length * 7.5
    return [
      `<rect class="series-${nth}" x="${round(at)}" y="34" width="12" height="12" rx="2"/>`,
      text(at + 18, 45, name, 'start'),
    ]
  })
}

function topOf({ value, spread }: Bar): number {
  return value + spread / 2
}

function niceStep(rough: number): number {
  if (!(rough > 0)) return 1
  const power = 10 ** Math.floor(Math.log10(rough))
  return power * ([1, 2, 2.5, 5, 10].find((factor) => factor * power >= rough) ?? 10)
}

/** 1,234,567 → 1.23 M */
export function shortNumber(value: number): string {
  const [scaled, suffix] =
    value >= 1e9
      ? [value / 1e9, ' G']
      : value >= 1e6
        ? [value / 1e6, ' M']
        : value >= 1e3
          ? [value / 1e3, ' k']
          : [value, '']
  const digits = scaled >= 100 || Number.isInteger(scaled) ? 0 : scaled >= 10 ? 1 : 2
  return `${scaled.toFixed(digits)}${suffix}`
}

function line(name: string, x1: number, y1: number, x2: number, y2: number): string {
  return `<line class="${name}" x1="${round(x1)}" y1="${round(y1)}" x2="${round(x2)}" y2="${round(y2)}"/>`
}

function text(x: number, y: number, content: string, anchor: string, more = ''): string {
  return `<text x="${round(x)}" y="${round(y)}" text-anchor="${anchor}"${more}>${escaped(content)}</text>`
}

function round(value: number): number {
  return Math.round(value * 100) / 100
}

function escaped(content: string): string {
  return content.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
}
