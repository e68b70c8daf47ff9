/**
 * A bar for the mean delay of each of the busiest origins, as inline SVG. The order and the scale come from the file, so
 * that bars neither hop nor jump, and both sides can be compared; a tick marks where each bar must end.
 *
 * @module
 */
import { type DelaysByOrigin, meanOf } from '../delays.ts'
import { draw } from './element.ts'
import { minutes } from './number.ts'

const height = 190
const band_min = 27
const bars_max = 30
const margin = { top: 10, right: 4, bottom: 20, left: 30 }

export class DelayChart {
  readonly root: SVGSVGElement
  readonly #label: string
  readonly #expected: DelaysByOrigin
  readonly #busiest: readonly string[]
  #delays: DelaysByOrigin = {}

  /** @param expected computed from the file */
  constructor(side: string, expected: DelaysByOrigin) {
    this.#label = side
    this.#expected = expected
    this.#busiest = Object.keys(expected)
      .sort((a, b) => (expected[b]?.count ?? 0) - (expected[a]?.count ?? 0) || a.localeCompare(b))
      .slice(0, bars_max)
    this.root = draw('svg', { class: 'chart', role: 'img', height })
    new ResizeObserver(() => this.#draw()).observe(this.root)
  }

  show(delays: DelaysByOrigin): void {
    this.#delays = delays
    this.#draw()
  }

  #draw(): void {
    const width = this.root.clientWidth
    if (width === 0) return
    const plotted_width = width - margin.left - margin.right
    const origins = this.#busiest.slice(0, Math.floor(plotted_width / band_min))
    const scale = this.#scale(origins)
    const band = plotted_width / Math.max(1, origins.length)
    this.root.setAttribute('viewBox', `0 0 ${width} ${height}`)
    this.root.setAttribute(
      'aria-label',
      `${this.#label}: mean delay in minutes of the ${origins.length} busiest origins`,
    )
    const parts: SVGElement[] = []
    for (const value of scale.marks) {
      const y = scale.y(value)
      parts.push(
        draw('line', { class: value === 0 ? 'zero' : 'grid', x1: margin.left, x2: width - margin.right, y1: y, y2: y }),
      )
      parts.push(draw('text', { class: 'mark', x: margin.left - 6, y: y + 4 }, minutes(value).replace('.0', '')))
    }
    origins.forEach((origin, i) => {
      const x = margin.left + i * band
      parts.push(...this.#bar(origin, x, band, scale.y))
      parts.push(draw('text', { class: 'origin', x: x + band / 2, y: height - 5 }, origin))
    })
    this.root.replaceChildren(...parts)
  }

  #bar(origin: string, x: number, band: number, y: (value: number) => number): SVGElement[] {
    const expected = this.#expected[origin]
    const target_y = y(expected === undefined ? 0 : meanOf(expected))
    const tick = draw('line', { class: 'tick', x1: x + 2, x2: x + band - 2, y1: target_y, y2: target_y })
    const delay = this.#delays[origin]
    if (delay === undefined) return [tick]
    const mean = meanOf(delay)
    const top = Math.min(y(mean), y(0))
    const size = {
      x: x + 4,
      y: top,
      width: Math.max(1, band - 8),
      height: Math.max(1, Math.abs(y(mean) - y(0))),
      rx: 2,
    }
    const bar = draw('rect', { class: mean < 0 ? 'bar early' : 'bar', ...size })
    bar.append(draw('title', {}, `${origin}: ${minutes(mean)} minutes`))
    return [bar, tick]
  }

  /** Room for every expected mean, and a quarter more for half-done sums; beyond it a bar is cut off. */
  #scale(origins: readonly string[]): { marks: number[]; y: (value: number) => number } {
    const means = origins.map((origin) => meanOf(this.#expected[origin] ?? { count: 0, sum: 0, worst: 0 }))
    const step = 5
    const high = Math.max(step, Math.ceil((Math.max(0, ...means) * 1.25) / step) * step)
    const low = Math.min(0, Math.floor((Math.min(0, ...means) * 1.25) / step) * step)
    const marks: number[] = []
    for (let value = low; value <= high; value += step) marks.push(value)
    const plotted_height = height - margin.top - margin.bottom
    const y = (value: number) => {
      const within = Math.min(high, Math.max(low, value))
      return margin.top + ((high - within) / (high - low)) * plotted_height
    }
    return { marks, y }
  }
}
