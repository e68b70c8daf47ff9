/**
 * Shows the demo, and hands what people press to it.
 *
 * @module
 */
import type { Demo } from '../demo.ts'
import type { Grades } from '../grades.ts'
import type { Phase } from '../snapshot.ts'
import { element } from './element.ts'
import type { HappeningsLog } from './happenings-log.ts'
import { count } from './number.ts'
import { RestartWatch } from './restart-watch.ts'
import { SidePanel, type SideTone, setText } from './side-panel.ts'
import { verdictOf } from './verdict.ts'

export class PageView {
  readonly #demo: Demo
  readonly #tab: SidePanel
  readonly #edge: SidePanel
  readonly #restarts: RestartWatch
  readonly #run = element('run', HTMLButtonElement)
  readonly #pace = element('pace', HTMLSelectElement)
  readonly #edgeDisk = element('edge-disk', HTMLSelectElement)
  readonly #network = element('network', HTMLButtonElement)
  readonly #whileOpen = ['kill-worker', 'kill-edge', 'restart'].map((id) => element(id, HTMLButtonElement))
  #due = false

  constructor(demo: Demo, log: HappeningsLog) {
    this.#demo = demo
    this.#restarts = new RestartWatch((what) => log.add(what))
    const expected = demo.expected
    this.#tab = new SidePanel(element('tab-side', HTMLElement), {
      id: 'tab',
      title: 'Tab',
      place: 'in this browser',
      expected,
    })
    this.#edge = new SidePanel(element('edge-side', HTMLElement), {
      id: 'edge',
      title: 'Edge',
      place: 'in a Durable Object',
      expected,
    })
    this.#listen()
    this.changed()
  }

  choosePace(pace: string): void {
    this.#pace.value = pace
  }

  /** Draws at the next frame, once for however many changes. */
  changed(): void {
    if (this.#due) return
    this.#due = true
    requestAnimationFrame(() => {
      this.#due = false
      this.#draw()
    })
  }

  #listen(): void {
    const on = (id: string, press: () => unknown) => element(id, HTMLButtonElement).addEventListener('click', press)
    on('run', () => (this.#demo.phase === 'running' ? this.#demo.pause() : this.#demo.start(this.#pace.value)))
    on('kill-worker', () => this.#demo.killWorker())
    on('kill-edge', () => this.#demo.killEdge())
    on('network', () => this.#demo.toggleNetwork())
    on('restart', () => this.#demo.startOver())
    this.#edgeDisk.addEventListener('change', () => this.#demo.slowEdge(Number(this.#edgeDisk.value)))
    this.#pace.addEventListener('change', () => {
      if (this.#demo.phase === 'running') this.#demo.start(this.#pace.value)
    })
  }

  #draw(): void {
    const snapshot = this.#demo.snapshot()
    const { phase, grades, flights, tab, edge } = snapshot
    setText(element('title-count', HTMLElement), flights === 20_000 ? 'Twenty thousand' : count(flights))
    this.#restarts.see('tab', tab.counts?.epoch)
    this.#restarts.see('edge', edge.counts?.epoch)

    setText(this.#run, runLabel(phase, grades.accepted > 0))
    this.#run.disabled = phase === 'opening' || phase === 'done' || phase === 'failed'
    for (const button of this.#whileOpen) button.disabled = phase === 'opening'
    this.#edgeDisk.value = String(this.#demo.disk_ms)
    const offline = this.#demo.network.state === 'offline'
    this.#network.dataset.network = this.#demo.network.state
    setText(this.#network, offline ? 'Go online' : 'Go offline')

    const figures: Grades & { arrived: number } = { ...grades, arrived: edge.flights }
    for (const [name, value] of Object.entries(figures)) this.#figure(name, value, flights)
    const here = tab.duplicates_refused
    const there = edge.duplicates_refused
    setText(element('duplicates', HTMLElement), count(here + there))
    setText(
      element('duplicates-where', HTMLElement),
      here + there === 0 ? 'none so far' : `${count(here)} here, ${count(there)} at the edge`,
    )

    const { role = 'opening', durability = '…' } = tab.status ?? {}
    const tabTone: SideTone = tab.reachable ? 'well' : phase === 'opening' ? 'waiting' : 'gone'
    this.#tab.show(
      tab,
      tabTone,
      tab.reachable ? `${role} · ${durability} storage · ${epoch(tab.counts?.epoch)}` : 'no worker answers',
    )
    const away = offline ? 'cut off from this tab' : 'does not answer'
    this.#edge.show(
      edge,
      edge.reachable ? 'well' : 'gone',
      edge.reachable ? `answers · ${epoch(edge.counts?.epoch)}` : away,
    )

    const verdict = verdictOf(snapshot, () => this.#demo.differences())
    const line = element('verdict', HTMLParagraphElement)
    line.dataset.tone = verdict.tone
    setText(line, verdict.text)
  }

  #figure(name: string, value: number, of: number): void {
    setText(element(name, HTMLElement), count(value))
    element(`${name}-meter`, HTMLMeterElement).value = of === 0 ? 0 : Math.min(1, value / of)
  }
}

function runLabel(phase: Phase, begun: boolean): string {
  if (phase === 'running') return 'Pause'
  if (phase === 'done') return 'Done'
  return begun ? 'Go on' : 'Start'
}

/** Epochs are long numbers; their last digits tell them apart. */
function epoch(value: number | undefined): string {
  return value === undefined ? 'no epoch yet' : `epoch …${String(value).slice(-5)}`
}
