/**
 * Shows the checkout, and hands what people press to it.
 *
 * @module
 */
import * as v from 'valibot'
import { element } from '../../view/element.ts'
import type { HappeningsLog } from '../../view/happenings-log.ts'
import { count } from '../../view/number.ts'
import { RestartWatch } from '../../view/restart-watch.ts'
import { setText } from '../../view/side-panel.ts'
import { asked, charges, euros, takenIn } from '../books.ts'
import { Card } from '../checkout.address.ts'
import type { CheckoutDemo } from '../demo.ts'
import type { CheckoutDemoFacts } from '../snapshot.ts'
import { showBook, showOrders } from './ledgers.ts'
import { verdictOf } from './verdict.ts'
import { WorkflowPanel } from './workflow-panel.ts'

export class CheckoutView {
  readonly #demo: CheckoutDemo
  readonly #restarts: RestartWatch
  readonly #tab = new WorkflowPanel(element('tab-side', HTMLElement), {
    ...{ id: 'tab', title: 'Tab', place: 'in this browser' },
    empty: 'Order something: the steps of the workflow appear here.',
  })
  readonly #edge = new WorkflowPanel(element('edge-side', HTMLElement), {
    ...{ id: 'edge', title: 'Edge', place: 'in a Durable Object' },
    empty: 'Nothing has come here yet.',
  })
  #due = false

  constructor(demo: CheckoutDemo, log: HappeningsLog) {
    this.#demo = demo
    this.#restarts = new RestartWatch((what) => log.add(what))
    this.#listen()
    this.changed()
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
    const on = (id: string, press: () => unknown) => element(id, HTMLButtonElement).addEventListener('click', press)
    on('order', () => {
      const packets = Number(element('count', HTMLSelectElement).value)
      return demo.order(packets, v.parse(Card, element('card', HTMLSelectElement).value))
    })
    on('approve', () => demo.approve(true))
    on('refuse', () => demo.approve(false))
    on('cancel', () => demo.cancel())
    on('restock', () => demo.restock())
    on('kill-worker', () => demo.killWorker())
    on('kill-checkout', () => demo.killObject('checkout'))
    on('kill-shelf', () => demo.killObject('shelf'))
    on('plug', () => demo.pullPlug())
    on('network', () => demo.toggleNetwork())
    on('restart', () => demo.startOver())
    const disk = element('edge-disk', HTMLSelectElement)
    disk.addEventListener('change', () => demo.slowEdge(Number(disk.value)))
  }

  #draw(): void {
    const facts = this.#demo.snapshot()
    const { order, tab, edge, isOffline } = facts
    this.#restarts.see('tab', tab.epoch)
    this.#restarts.see('edge', edge.epoch)
    this.#enable(facts)
    element('edge-disk', HTMLSelectElement).value = String(facts.disk_ms)
    const network = element('network', HTMLButtonElement)
    network.dataset.network = isOffline ? 'offline' : 'online'
    setText(network, isOffline ? 'Go online' : 'Go offline')
    this.#figures(facts)

    const { role = 'opening', durability = '…' } = tab.status ?? {}
    const opening = facts.isOpen ? 'gone' : 'waiting'
    this.#tab.show({
      tone: tab.reachable ? 'well' : opening,
      state: tab.reachable ? `${role} · ${durability} storage · ${epoch(tab.epoch)}` : 'no worker answers',
      words: order?.slip?.state,
      how: order?.slipIs ?? 'pending',
      about: order === undefined ? '' : `order ${order.id}`,
      lines: order?.tabSteps ?? [],
    })
    const away = isOffline ? 'cut off from this tab' : 'does not answer'
    this.#edge.show({
      tone: edge.reachable ? 'well' : 'gone',
      state: edge.reachable ? `answers · ${epoch(edge.epoch)}` : away,
      words: order?.phase ?? order?.phaseLost,
      how: order?.phaseIs ?? 'pending',
      about: order?.edgeSteps.length ? `order ${order.id}` : '',
      lines: order?.edgeSteps ?? [],
    })
    showOrders(element('orders', HTMLTableElement), facts)
    showBook(element('book', HTMLTableElement), facts.book)
    const verdict = verdictOf(facts)
    const line = element('verdict', HTMLParagraphElement)
    line.dataset.tone = verdict.tone
    setText(line, verdict.text)
  }

  #enable({ isOpen, order, hasPlug }: CheckoutDemoFacts): void {
    const isUnderWay = order !== undefined && (order.slip === undefined || order.slip.state === 'ordered')
    const phase = isUnderWay ? order.phase : undefined
    const can: Readonly<Record<string, boolean>> = {
      order: isOpen && !isUnderWay,
      approve: phase === 'approving',
      refuse: phase === 'approving',
      cancel: phase === 'reserving' || phase === 'approving' || phase === 'charging',
      restock: isOpen,
      restart: isOpen,
      'kill-worker': isOpen,
      'kill-checkout': isOpen,
      'kill-shelf': isOpen,
    }
    for (const [id, may] of Object.entries(can)) element(id, HTMLButtonElement).disabled = !may
    element('plug', HTMLButtonElement).hidden = !hasPlug
  }

  #figures({ shelf, shelfIs, book }: CheckoutDemoFacts): void {
    const words = {
      pending: '◌ packets, pending',
      saved: '✓ packets, saved',
      'taken-back': '↩\ufe0e packets, taken back',
    }
    const figures: Readonly<Record<string, string>> = {
      left: shelf === undefined ? '–' : count(shelf.left),
      held: shelf === undefined ? '–' : count(shelf.held),
      'shelf-how': shelf === undefined ? 'packets' : words[shelfIs],
      asked: count(asked(book)),
      charged: count(charges(book)),
      taken: euros(takenIn(book)),
    }
    for (const [id, text] of Object.entries(figures)) setText(element(id, HTMLElement), text)
  }
}

/** Epochs are long numbers; their last digits tell them apart. */
function epoch(value: number | undefined): string {
  return value === undefined ? 'no epoch yet' : `epoch …${String(value).slice(-5)}`
}
