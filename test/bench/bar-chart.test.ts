import { expect, test } from 'vitest'
import { type BarChart, drawBarChart, shortNumber } from '../../bench/chart/bar-chart.ts'

const chart: BarChart = {
  title: 'Rates <of> things',
  axis: 'messages/s',
  series: ['wasm', 'twin'],
  groups: [
    {
      label: 'node',
      bars: [
        { series: 'wasm', value: 8_000_000, spread: 1_000_000 },
        { series: 'twin', value: 4_000_000, spread: 0 },
      ],
    },
  ],
}

/** Height of each bar. The legend's squares have a radius. */
function heights(svg: string): number[] {
  return [...svg.matchAll(/<rect class="series-\d" [^>]*height="([\d.]+)">/g)].map(([, height]) => Number(height))
}

test('bars are as high as their values, from zero', () => {
  const [wasm = 0, twin = 0] = heights(drawBarChart(chart))
  expect(wasm).toBeGreaterThan(100)
  expect(wasm / twin).toBeCloseTo(2, 1)
})

test('a chart names its axis with the unit, its groups and its series, and marks the spread where there is one', () => {
  const svg = drawBarChart(chart)
  for (const word of [
    '>messages/s<',
    '>node<',
    '>wasm<',
    '>twin<',
    'Rates &lt;of&gt; things',
    'prefers-color-scheme: dark',
  ]) {
    expect(svg).toContain(word)
  }
  expect(svg.match(/class="error"/g)).toHaveLength(3)
})

test('without its style a chart carries none, for pages with a strict policy', () => {
  expect(drawBarChart(chart, false)).not.toMatch(/<style|style=/)
})

test.each([
  [1_234_567, '1.23 M'],
  [12_345, '12.3 k'],
  [999, '999'],
  [2.5e9, '2.50 G'],
  [0.5, '0.50'],
])('%d is shown as %s', (value, shown) => {
  expect(shortNumber(value)).toBe(shown)
})
