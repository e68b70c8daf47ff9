/**
 * Shows the stream, and hands what people press to it.
 *
 * @module
 */
import { element } from '../../view/element.ts'
import type { HappeningsLog } from '../../view/happenings-log.ts'
import { count } from '../../view/number.ts'
import { RestartWatch } from '../../view/restart-watch.ts'
import { setText } from '../../view/side-panel.ts'
import type { LatenessDemo } from '../demo.ts'
import { receivedOf } from '../expected.ts'
import type { LatenessDemoFacts, Phase } from '../snapshot.ts'
import { ReceivedList } from './received-list.ts'
import { verdictOf } from './verdict.ts'
import { WindowMap } from './window-map.ts'

export class LatenessView {
  readonly #demo: LatenessDemo
  readonly #restarts: RestartWatch
  readonly #map: WindowMap
  readonly #received: ReceivedList
  #due = false

  constructor(demo: LatenessDemo, log: HappeningsLog) {
    this.#demo = demo
    this.#restarts = new RestartWatch((what) => log.add(what))
    const { closed, open } = demo.expected
    this.#map = new WindowMap([...closed, ...open].map(({ from_ms }) => from_ms))
    element('map', HTMLElement).replaceChildren(this.#map.root)
    this.#received = new ReceivedList(element('received', HTMLOListElement), receivedOf(closed))
    this.#listen()
    this.changed()
  }

  choosePace(pace: string): void {
    element('pace', HTMLSelectElement).value = pace
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
    const demo = this.#demo
    const pace = element('pace', HTMLSelectElement)
    const disk = element('edge-disk', HTMLSelectElement)
    const on = (id: string, press: () => unknown) => element(id, HTMLButtonElement).addEventListener('click', press)
    on('run', () => (demo.phase === 'running' ? demo.pause() : demo.start(pace.value)))
    on('kill-worker', () => demo.killWorker())
    on('kill-edge', () => demo.killEdge())
    on('plug', () => demo.pullPlug())
    on('network', () => demo.toggleNetwork())
    on('restart', () => demo.startOver())
    disk.addEventListener('change', () => demo.slowEdge(Number(disk.value)))
    pace.addEventListener('change', () => {
      if (demo.phase === 'running') demo.start(pace.value)
    })
  }

  #draw(): void {
    const facts = this.#demo.snapshot()
    const { phase, tab, edge, isOffline, status } = facts
    this.#restarts.see('tab', tab.epoch)
    this.#restarts.see('edge', edge.epoch)
    const run = element('run', HTMLButtonElement)
    setText(run, runLabel(phase, facts.taken > 0))
    run.disabled = phase === 'opening' || phase === 'done' || phase === 'failed'
    for (const id of ['kill-worker', 'kill-edge', 'restart'])
      element(id, HTMLButtonElement).disabled = phase === 'opening'
    element('plug', HTMLButtonElement).hidden = !facts.hasPlug
    element('edge-disk', HTMLSelectElement).value = String(facts.disk_ms)
    const network = element('network', HTMLButtonElement)
    network.dataset.network = isOffline ? 'offline' : 'online'
    setText(network, isOffline ? 'Go online' : 'Go offline')

    this.#figures(facts)
    this.#map.show(this.#demo.cells())
    this.#received.show(facts.received)
    const { role = 'opening', durability = '…' } = status ?? {}
    const away = phase === 'opening' ? 'waiting' : 'gone'
    const here = `${role} · ${durability} storage · ${epoch(tab.epoch)}`
    state('tab-state', tab.reachable ? 'well' : away, tab.reachable ? here : 'no worker answers')
    const gone = isOffline ? 'cut off from this tab' : 'does not answer'
    state('edge-state', edge.reachable ? 'well' : 'gone', edge.reachable ? `answers · ${epoch(edge.epoch)}` : gone)
    this.#chip(facts)

    const due = this.#demo.expected.closed.length
    const verdict = verdictOf(facts, due, () => this.#demo.differences())
    const line = element('verdict', HTMLParagraphElement)
    line.dataset.tone = verdict.tone
    setText(line, verdict.text)
  }

  #figures(facts: LatenessDemoFacts): void {
    const { flights, taken, per_second, closed, open, saved, results, resultsSaved, dropped, latency_ms } = facts
    const due = this.#demo.expected.closed.length
    const pending = closed + open - saved
    const figures: Readonly<Record<string, string>> = {
      taken: count(taken),
      rate: per_second > 0 ? `${count(Math.round(per_second))} a second` : `of ${count(flights)}`,
      closed: count(closed),
      open: `${count(open)} open${pending > 0 ? `, ◌ ${count(pending)} pending` : ''}`,
      results: count(results),
      'results-how': results > resultsSaved ? `◌ ${count(results - resultsSaved)} pending` : `of ${count(due)}`,
      dropped: count(dropped),
      latency: milliseconds(latency_ms.tab),
      'latency-edge': `here; at the edge ${milliseconds(latency_ms.edge)}, saved there ${milliseconds(latency_ms.saved)}`,
    }
    for (const [id, text] of Object.entries(figures)) setText(element(id, HTMLElement), text)
    const meters = { taken: taken / Math.max(1, flights), closed: closed / due, results: results / due }
    for (const [id, part] of Object.entries(meters)) element(`${id}-meter`, HTMLMeterElement).value = Math.min(1, part)
  }

  #chip({ results, resultsSaved, resultsAre }: LatenessDemoFacts): void {
    const chip = element('edge-chip', HTMLElement)
    chip.hidden = results === 0 && resultsAre !== 'taken-back'
    chip.dataset.standing = resultsAre
    const words = {
      pending: `◌ ${count(results - resultsSaved)} pending`,
      saved: '✓ saved',
      'taken-back': '↩\ufe0e taken back',
    }
    setText(chip, words[resultsAre])
  }
}

function state(id: string, tone: 'well' | 'waiting' | 'gone', text: string): void {
  const line = element(id, HTMLElement)
  line.dataset.tone = tone
  setText(line, text)
}

function runLabel(phase: Phase, begun: boolean): string {
  if (phase === 'running') return 'Pause'
  if (phase === 'done') return 'Done'
  return begun ? 'Go on' : 'Start'
}

function milliseconds(value: number | undefined): string {
  return value === undefined ? '–' : `${count(Math.round(value))} ms`
}

/** Epochs are long numbers; their last digits tell them apart. */
function epoch(value: number | undefined): string {
  return value === undefined ? 'no epoch yet' : `epoch …${String(value).slice(-5)}`
}
