/**
 * An event log as a picture: one lane per host, time from left to right. *
 * @module
 */
import type { LoggedEvent } from '../../engine/index.ts'
import { invalid } from '../../options.ts'
import { type Flight, type Histories, historiesOf, type Life } from './histories.ts'
import { type Bar, bar_height, type Lane, type Layout, label_height, layOut, mark_width } from './layout.ts'
import { element, group, line, path, rounded, text } from './markup.ts'
import { definitions, style } from './style.ts'
import { endOf, fateOf, inWords, placeOf } from './words.ts'

export interface EventLogSvgOptions {
  /** What the picture shows; also read out by screen readers. */
  readonly title?: string
  /** Read out by screen readers behind the title. Default: what became of each host, in words. */
  readonly description?: string
  /** Names of the hosts that come first, from the top; the others follow as they appear. */
  readonly hosts?: readonly string[]
  /** Of the whole picture, in CSS pixels. Default 960. */
  readonly width?: number
  /** Begins the ids within the picture: two on one page need two. Default `event-log`. */
  readonly id?: string
}

const margin = { top: 44, right: 20, left: 70 }
const axis_height = 34
const legend_height = 30

/**
 * @param events of any number of hosts, as `onEvent` told them; in any order
 * @returns an SVG document. The same events and options give the same text.
 * @throws {DarqError} `invalid_argument` for an `id` that is not letters, digits, `-` and `_`
 * @example
 * ```ts
 * const eventLog = new EventLog()
 * await using host = await openHost({
 *   name: 'demo',
 *   participants: [counter],
 *   storage: memory(),
 *   onEvent: eventLog.note,
 * })
 * await host.send(Counter.add('clicks', 1)).committed
 * const svg = eventLogSvg(eventLog.events)
 * ```
 */
export function eventLogSvg(events: readonly LoggedEvent[], options: EventLogSvgOptions = {}): string {
  const { title = 'An event log of versions', width = 960, id = 'event-log' } = options
  // It stands in the style sheet as well, where nothing can be escaped.
  if (!/^[a-z][\w-]*$/i.test(id)) throw invalid('an id of letters, digits, - and _', id)
  const histories = historiesOf(events, options.hosts)
  const layout = layOut(histories, margin.left, Math.max(100, width - margin.left - margin.right), margin.top)
  const height = layout.bottom + axis_height + legend_height
  const body = [
    element('title', { id: `${id}-title` }, text(title)),
    element('desc', { id: `${id}-description` }, text(options.description ?? inWords(histories))),
    element('style', {}, style(id)),
    definitions(id),
    element('rect', { class: 'paper', width, height, rx: 6 }),
    label(title, 16, 26, 'title'),
    ...layout.lanes.map((lane) => drawLane(lane, layout)),
    ...layout.lanes.map((lane) => group(lane.bars.map((bar) => drawBar(bar)))),
    ...histories.flights.map((flight) => drawFlight(flight, layout, id)),
    ...layout.lanes.map((lane) => drawEnds(lane, layout)),
    drawAxis(histories, layout),
    drawLegend(margin.left, height - 14, id),
  ]
  const attributes = {
    xmlns: 'http://www.w3.org/2000/svg',
    id,
    width,
    height,
    viewBox: `0 0 ${width} ${height}`,
    role: 'img',
    'aria-labelledby': `${id}-title ${id}-description`,
  }
  return `${element('svg', attributes, `\n${body.join('\n')}\n`)}\n`
}

function drawLane({ host, y, height }: Lane, { left, right, xOf }: Layout): string {
  const away = host.lives.map(({ end }, nth) => {
    if (end === undefined) return ''
    const from_x = xOf(end.at_ms)
    const next = host.lives[nth + 1]
    const to_x = next === undefined ? right : xOf(next.from_ms)
    return element('rect', { class: 'gone', x: from_x, y, width: to_x - from_x, height })
  })
  return group([
    element('rect', { class: 'lane', x: left, y, width: right - left, height }),
    ...away,
    label(host.name, left - 12, y + height / 2 + 5, 'host', 'end'),
  ])
}

function drawBar({ history, x, end_x, durable_x, y }: Bar): string {
  const { version, over, committed_ms } = history
  const isSettled = over !== undefined || committed_ms !== undefined
  const mark_x = isSettled ? end_x - mark_width : end_x
  const hard_x = Math.min(durable_x ?? mark_x, mark_x)
  const parts = [
    element('title', {}, text(`version ${version}: ${fateOf(history)}`)),
    element('rect', { class: 'accepted', x, y, width: Math.max(0, hard_x - x), height: bar_height }),
  ]
  if (hard_x < mark_x)
    parts.push(element('rect', { class: 'durable', x: hard_x, y, width: mark_x - hard_x, height: bar_height }))
  parts.push(label(`v${version}`, x + 4, y + 13, 'version'))
  if (isSettled) parts.push(drawMark(over?.how ?? 'committed', mark_x, y))
  return group(parts)
}

const signs = {
  committed: 'm4 9 3.5 4 6.5-8',
  lost: 'm5 5 8 8m0-8-8 8',
  withdrawn: 'm8 4-4 4 4 4m-4-4h6a4 3 0 0 1 0 6h-2',
} as const

function drawMark(how: keyof typeof signs, x: number, y: number): string {
  const box = { class: how, x, y, width: mark_width, height: bar_height, rx: how === 'committed' ? 9 : 0 }
  const sign = path(signs[how], {
    class: how === 'withdrawn' ? 'sign back' : 'sign',
    transform: `translate(${rounded(x)} ${rounded(y)})`,
  })
  return element('rect', box) + sign
}

function drawFlight({ from, to, how, what }: Flight, layout: Layout, id: string): string {
  const start = layout.lanes.find(({ host }) => host.name === from.host)
  const end = layout.lanes.find(({ host }) => host.name === to.host)
  if (start === undefined || end === undefined) return ''
  const isDown = end.y > start.y
  const from_y = edgeOf(start, from.of, isDown)
  const to_y = edgeOf(end, to.into, !isDown)
  const [from_x, to_x] = [layout.xOf(from.at_ms), layout.xOf(to.at_ms)]
  const bend = (to_y - from_y) / 3
  const words = how === 'refused' ? `${what}: refused, for it comes from what is lost` : what
  return path(
    `M${from_x} ${from_y}C${from_x} ${from_y + bend} ${to_x} ${to_y - bend} ${to_x} ${to_y}`,
    { class: `flight ${how}`, 'marker-end': `url(#${id}-${how})` },
    element('title', {}, text(words)),
  )
}

/** Where an arrow touches the bar of a version, or its lane if there is none. */
function edgeOf({ bars, y, height }: Lane, history: Bar['history'] | undefined, below: boolean): number {
  const bar = bars.find((one) => one.history === history)
  if (bar === undefined) return below ? y + height : y
  return below ? bar.y + bar_height : bar.y
}

function drawEnds({ host, y, height }: Lane, { xOf }: Layout): string {
  return group(host.lives.map(({ end }) => (end === undefined ? '' : drawEnd(end, xOf(end.at_ms), y, height))))
}

function drawEnd(end: Life['end'] & object, x: number, y: number, height: number): string {
  const words = end.how === 'withdrawn' ? `back to ${placeOf(end.to)}` : end.how
  const zigzag = Array.from({ length: Math.floor(height / 8) }, (_, nth) => `l${nth % 2 === 0 ? 4 : -4} 8`).join('')
  const mark =
    end.how === 'crashed'
      ? path(`M${x - 2} ${y}${zigzag}`, { class: 'end' })
      : line(x, y, x, y + height, { class: 'end' })
  return group([element('title', {}, text(endOf(end))), mark, label(words, x + 6, y + label_height - 7, 'ended')])
}

const steps_ms = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1_000, 2_000, 5_000, 10_000, 60_000, 600_000]

function drawAxis({ from_ms, to_ms }: Histories, { left, right, bottom, xOf }: Layout): string {
  const span_ms = Math.max(1, to_ms - from_ms)
  const room = Math.max(2, Math.floor((right - left) / 80))
  const step_ms = steps_ms.find((step) => span_ms / step <= room) ?? span_ms
  const parts = [line(left, bottom + 6, right, bottom + 6, { class: 'axis' })]
  for (let at_ms = 0; at_ms <= span_ms; at_ms += step_ms) {
    const x = xOf(from_ms + at_ms)
    parts.push(line(x, bottom + 6, x, bottom + 11, { class: 'axis' }))
    parts.push(label(`${at_ms} ms`, x, bottom + 24, 'small', at_ms === 0 ? 'start' : 'middle'))
  }
  return group(parts)
}

function drawLegend(x: number, y: number, id: string): string {
  let at = x
  const parts: string[] = []
  const box = (kind: string) => element('rect', { class: kind, x: at, y: y - 12, width: 26, height: 14 })
  const arrow = (kind: string) =>
    line(at, y - 5, at + 24, y - 5, { class: `flight ${kind}`, 'marker-end': `url(#${id}-${kind})` })
  const add = (drawn: string, drawn_width: number, words: string) => {
    parts.push(drawn, label(words, at + drawn_width + 6, y, 'small'))
    at += drawn_width + 6 + words.length * 6.2 + 16
  }
  add(box('accepted'), 26, 'accepted')
  add(box('durable'), 26, 'durable')
  add(drawMark('committed', at, y - 14), mark_width, 'committed')
  add(drawMark('lost', at, y - 14), mark_width, 'lost in a crash')
  add(drawMark('withdrawn', at, y - 14), mark_width, 'withdrawn')
  add(arrow('depends'), 26, 'makes a dependency')
  add(arrow('stable'), 26, 'makes none')
  add(arrow('refused'), 26, 'refused')
  return group(parts)
}

function label(
  words: string,
  x: number,
  y: number,
  kind: string,
  anchor: 'start' | 'middle' | 'end' = 'start',
): string {
  return element('text', { class: kind, x, y, ...(anchor !== 'start' && { 'text-anchor': anchor }) }, text(words))
}
