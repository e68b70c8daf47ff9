/**
 * The page that runs the core's benchmark in the visitor's own browser and draws it.
 *
 * @module
 */
import { drawBarChart } from '../../../bench/chart/bar-chart.ts'
import { fullPlan, type Plan, quickPlan } from '../../../bench/core/plan.ts'
import { chartsOf } from '../../../bench/core/report/charts.ts'
import { Figures } from '../../../bench/core/report/figures.ts'
import { runInThisBrowser } from '../../../bench/core/runtimes/in-browser.ts'
import type { Row } from '../../../bench/row.ts'
import { element } from '../view/element.ts'
import { figureRows } from './figures-table.ts'

const run = element('run', HTMLButtonElement)
const size = element('size', HTMLSelectElement)
const save = element('save', HTMLButtonElement)
const status = element('status', HTMLElement)
const charts = element('charts', HTMLElement)
const table = element('figures', HTMLTableElement)
const clock = element('clock', HTMLElement)

let running: AbortController | undefined
let rows: readonly Row[] = []

run.addEventListener('click', () => {
  if (running === undefined) void start()
  else running.abort(new DOMException('Stopped.', 'AbortError'))
})

save.addEventListener('click', () => {
  const url = URL.createObjectURL(new Blob([JSON.stringify(rows, undefined, 1)], { type: 'application/json' }))
  const link = document.createElement('a')
  link.href = url
  link.download = 'core-benchmark.json'
  link.click()
  URL.revokeObjectURL(url)
})

async function start(): Promise<void> {
  const controller = new AbortController()
  running = controller
  run.textContent = 'Stop'
  size.disabled = true
  save.disabled = true
  try {
    const plan = size.value === 'whole' ? fullPlan(seed()) : shortPlan(seed())
    let done = 0
    tell('calm', 'Warming up …')
    rows = await runInThisBrowser(
      'this browser',
      plan,
      (line) => tell('calm', `${++done} of ${plan.specs.length}: ${line}`),
      controller.signal,
    )
    show(new Figures(rows))
    save.disabled = false
    tell('good', 'Done.')
  } catch (error) {
    if (error === controller.signal.reason) tell('calm', 'Stopped.')
    else tell('bad', `The benchmark failed: ${error instanceof Error ? error.message : String(error)}`)
  } finally {
    running = undefined
    run.textContent = 'Start'
    size.disabled = false
  }
}

/** The quick plan, with every size of the workload that the charts show. */
function shortPlan(seed: number): Plan {
  const quick = quickPlan(seed)
  const sizes = fullPlan(seed).specs.filter(({ name }) => name === 'ingest-commit')
  return { ...quick, specs: [...sizes, ...quick.specs.filter(({ name }) => name !== 'ingest-commit')] }
}

function show(figures: Figures): void {
  const documents = chartsOf(figures).map(({ chart }) => {
    const parsed = new DOMParser().parseFromString(drawBarChart(chart, false), 'image/svg+xml')
    return document.importNode(parsed.documentElement, true)
  })
  charts.replaceChildren(...documents)
  charts.hidden = false
  table.replaceChildren(...figureRows(figures))
  const resolution_ms = figures.value({ contender: 'clock', metric: 'resolution' }) ?? 0
  clock.textContent = `The clock of this page goes in steps of ${Number((resolution_ms * 1000).toPrecision(2))} µs.`
  table.closest('section')?.removeAttribute('hidden')
}

function tell(tone: 'calm' | 'good' | 'bad', text: string): void {
  status.dataset.tone = tone
  status.textContent = text
}

function seed(): number {
  return crypto.getRandomValues(new Uint32Array(1))[0] ?? 1
}
