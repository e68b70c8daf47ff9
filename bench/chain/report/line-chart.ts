/**
 * Lines over a numeric axis as SVG: both axes with their units, legend, a mark at each point. Readable on light and dark
 * ground.
 *
 * @module
 */

export interface Line {
  readonly name: string
  readonly points: readonly { readonly x: number; readonly y: number }[]
}

export interface LineChart {
  readonly title: string
  /** What the axes show, with their units. */
  readonly x_axis: string
  readonly y_axis: string
  readonly lines: readonly Line[]
}

const width = 760
const height = 400
const margin = { top: 64, right: 24, bottom: 52, left: 72 }
const ticks_about = 5

const colours = [
  ['#71808f', '#8b97a6'],
  ['#b4540a', '#f0a35e'],
  ['#8a3ffc', '#be95ff'],
  ['#2f5fd0', '#7ea6ff'],
  ['#166b3a', '#6fd79b'],
] as const

const style = `
.chart { font: 13px system-ui, sans-serif; background: #ffffff }
.chart text { fill: #1b1d22 } .chart .soft { fill: #5b606b } .chart .grid { stroke: #e2dfd8 }
${colours.map(([light], nth) => series(nth, light)).join('\n')}
@media (prefers-color-scheme: dark) {
.chart { background: #14161a } .chart text { fill: #e9eaee } .chart .soft { fill: #a3a9b6 } .chart .grid { stroke: #2d323c }
${colours.map(([, dark], nth) => series(nth, dark)).join('\n')}
}
`

function series(nth: number, colour: string): string {
  return `.chart .line-${nth} { stroke: ${colour}; fill: none; stroke-width: 2 } .chart .mark-${nth} { fill: ${colour} }`
}

/** @returns a whole SVG document */
export function drawLineChart({ title, x_axis, y_axis, lines }: LineChart): string {
  const points = lines.flatMap((line) => line.points)
  const step = niceStep(Math.max(...points.map(({ y }) => y), 0) / ticks_about)
  const top = Math.max(step, Math.ceil(Math.max(...points.map(({ y }) => y), 0) / step) * step)
  const farthest = Math.max(...points.map(({ x }) => x), 1)
  const plot = { width: width - margin.left - margin.right, height: height - margin.top - margin.bottom }
  const x = (value: number) => margin.left + (plot.width * value) / farthest
  const y = (value: number) => margin.top + plot.height * (1 - value / top)
  const middle = margin.top + plot.height / 2
  const parts = [
    text(margin.left, 20, title, 'start', ' font-size="16" font-weight="600"'),
    `<text class="soft" text-anchor="middle" transform="translate(16 ${middle}) rotate(-90)">${escaped(y_axis)}</text>`,
    text(margin.left + plot.width / 2, height - 10, x_axis, 'middle', ' class="soft"'),
  ]
  for (let tick = 0; tick <= Math.round(top / step); tick += 1) {
    const at = y(tick * step)
    parts.push(
      `<line class="grid" x1="${margin.left}" y1="${round(at)}" x2="${width - margin.right}" y2="${round(at)}"/>`,
    )
    parts.push(text(margin.left - 8, at + 4, `${round(tick * step)}`, 'end', ' class="soft"'))
  }
  for (const value of new Set(points.map((point) => point.x)))
    parts.push(text(x(value), height - margin.bottom + 18, `${value}`, 'middle', ' class="soft"'))
  let legend_x = margin.left
  lines.forEach((line, nth) => {
    const colour = nth % colours.length
    parts.push(`<rect class="mark-${colour}" x="${legend_x}" y="34" width="12" height="12" rx="2"/>`)
    parts.push(text(legend_x + 18, 45, line.name, 'start'))
    legend_x += 34 + line.name.length * 7.5
    const path = line.points.map((point) => `${round(x(point.x))},${round(y(point.y))}`).join(' ')
    parts.push(`<polyline class="line-${colour}" points="${path}"/>`)
    for (const point of line.points) {
      const tip = escaped(`${line.name}, ${point.x}: ${round(point.y)}`)
      const place = `cx="${round(x(point.x))}" cy="${round(y(point.y))}"`
      parts.push(`<circle class="mark-${colour}" ${place} r="4"><title>${tip}</title></circle>`)
    }
  })
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" class="chart" viewBox="0 0 ${width} ${height}" role="img">`,
    `<title>${escaped(`${title}: ${y_axis} over ${x_axis}`)}</title>`,
    `<style>${style}</style>`,
    ...parts,
    '</svg>\n',
  ].join('\n')
}

function niceStep(rough: number): number {
  if (!(rough > 0)) return 1
  const power = 10 ** Math.floor(Math.log10(rough))
  return power * ([1, 2, 2.5, 5, 10].find((factor) => factor * power >= rough) ?? 10)
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
