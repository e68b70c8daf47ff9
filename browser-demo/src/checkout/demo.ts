/**
 * The scene's model: the tab, the edge, the orders, and what the buttons do. Knows nothing of the document.
 *
 * @module
 */
import { type Client, connect } from '@darq/runtime'
import type { Tab } from '@darq/runtime/browser'
import { control, instances } from '@darq/runtime/workflow'
import * as v from 'valibot'
import { edgeDisk, slowEdgeDisk } from '../edge-disk.ts'
import { edgeHost, killObject } from '../edge-object.ts'
import { Followed } from '../followed.ts'
import { Presence } from '../presence.ts'
import { type SceneEvents, TabScene } from '../tab-scene.ts'
import { visitorToken } from '../visitor-token.ts'
import { Book, cashier_name } from './cashier.ts'
import { type Card, Checkout, checkout_darq, Purchase, type Slip, Stock, shelf_darq, sku } from './checkout.address.ts'
import { FollowedPurchase } from './purchase-followed.ts'
import type { CheckoutDemoFacts } from './snapshot.ts'
import { timelineOf } from './timeline.ts'

/** How often the cashier's book is looked at while something is under way. */
const book_ms = 600
const earlier_max = 50

export class CheckoutDemo extends TabScene {
  readonly #token: () => Promise<string>
  readonly #edge: Client
  readonly #shelf: Followed<{ left: number; held: number }>
  readonly #tabPresence = new Presence()
  readonly #edgePresence = new Presence()
  #purchase: FollowedPurchase | undefined
  #earlier: { readonly id: string; readonly slip: Slip }[] = []
  #book: Book = []
  #isOpen = false

  constructor(events: SceneEvents) {
    super(events)
    const { fetch } = this.network
    this.#token = visitorToken(fetch)
    this.#edge = connect(new URL('/shop', location.origin), { token: this.#token, fetch })
    this.#shelf = new Followed(events.changed)
  }

  /** Opens both sides. Resolves when the tab's DARQ has said which orders there were. */
  async open(): Promise<void> {
    const { changed } = this.events
    const forEver = new AbortController().signal
    void this.#shelf.follow((options) => this.#edge.watch(Stock.shelf(sku), options), forEver)
    void this.#edgePresence.follow(edgeHost('/shop', checkout_darq, this.#token, fetch), changed)
    void this.#followBook()
    void this.askForPlug()
    void edgeDisk(checkout_darq).then((latency_ms) => this.diskIs(latency_ms))
    const tab = await this.openTab()
    void this.#tabPresence.follow(() => tab.inspect('purchase/~0').counts(), changed)
    await this.#findOrders(tab)
    this.#isOpen = true
    changed()
    void this.followStatus(tab)
  }

  /** Starts a purchase under a new id. It goes on whatever happens to this page. */
  async order(count: number, card: Card): Promise<void> {
    const tab = this.tab
    if (tab === undefined || this.#purchase?.isOver === false) return
    const id = crypto.randomUUID().slice(0, 8)
    this.#setAside()
    this.#show(tab, id)
    const buying = tab.call(Purchase.start(id, { sku, count, card }))
    // What becomes of it, its slip tells.
    buying.catch(() => {})
    try {
      await buying.receipt.accepted
      this.events.happened(`Order ${id}: the tab has it.`)
    } catch (error) {
      this.events.happened(`Order ${id} was not taken: ${error instanceof Error ? error.message : error}`)
    }
  }

  /** Says yes or no to the order that waits for it. */
  approve(granted: boolean): void {
    if (this.#purchase === undefined) return
    this.tab?.send(Purchase.approval(this.#purchase.id, { granted }))
    this.events.happened(granted ? 'Approved.' : 'Refused: what was done is undone.')
  }

  cancel(): void {
    if (this.#purchase === undefined) return
    this.#edge.send(control(Checkout).cancel(this.#purchase.id, 'changed my mind'))
    this.events.happened('Cancelled: what was done is undone.')
  }

  restock(): void {
    this.#edge.send(Stock.fill(sku, { count: 5 }))
    this.events.happened('Five more packets for the shelf.')
  }

  /** Has a Durable Object thrown out of memory, in the middle of whatever it does. */
  async killObject(what: 'checkout' | 'shelf'): Promise<void> {
    const darq = what === 'checkout' ? checkout_darq : shelf_darq
    const name = `object of the ${what}`
    const isDead = await killObject(darq)
    this.events.happened(isDead ? `The ${name} was killed.` : `The ${name} could not be reached, so not killed.`)
  }

  /** Slows the disks of the edge, so that one can see what is pending. */
  async slowEdge(latency_ms: number): Promise<void> {
    this.disk_ms = latency_ms
    await slowEdgeDisk(shelf_darq, latency_ms)
    this.diskIs(await slowEdgeDisk(checkout_darq, latency_ms))
    const how = this.disk_ms === 0 ? 'are as fast as they are' : `take ${this.disk_ms / 1000} s longer`
    this.events.happened(`The disks of the edge ${how}.`)
  }

  /** Wipes the tab, the edge and the cashier, and reloads the page. */
  async startOver(): Promise<void> {
    await this.wipeAll([checkout_darq, shelf_darq, cashier_name], 'checkout-tab')
  }

  snapshot(): CheckoutDemoFacts {
    const { reachable, epoch } = this.#tabPresence
    const edge = this.#edgePresence
    const purchase = this.#purchase
    return {
      isOpen: this.#isOpen,
      order: purchase && {
        id: purchase.id,
        slip: purchase.slip.value,
        slipIs: purchase.slip.how,
        tabSteps: timelineOf(purchase.tabSteps),
        phase: purchase.phase.value,
        phaseLost: purchase.phase.lost,
        phaseIs: purchase.phase.how,
        edgeSteps: timelineOf(purchase.edgeSteps),
      },
      earlier: this.#earlier,
      shelf: this.#shelf.value ?? this.#shelf.lost,
      shelfIs: this.#shelf.how,
      book: this.#book,
      tab: { reachable, epoch, status: this.tab?.status, workers: this.workers },
      edge: { reachable: edge.reachable, epoch: edge.epoch },
      isOffline: this.network.state === 'offline',
      disk_ms: this.disk_ms,
      hasPlug: this.hasPlug,
    }
  }

  /** The tab's own workflows say what was ordered here, in whichever life of the page. */
  async #findOrders(tab: Tab): Promise<void> {
    const found: { readonly id: string; readonly started_ms: number }[] = []
    for await (const { id, started_ms } of instances(tab, Purchase)) found.push({ id, started_ms })
    found.sort((one, other) => other.started_ms - one.started_ms)
    const [newest, ...older] = found.slice(0, earlier_max)
    this.#earlier = await Promise.all(older.map(async ({ id }) => ({ id, slip: await tab.query(Purchase.slip(id)) })))
    if (newest !== undefined) this.#show(tab, newest.id)
  }

  #show(tab: Tab, id: string): void {
    this.#purchase = new FollowedPurchase(id, { tab, edge: this.#edge }, () => this.events.changed())
    this.events.changed()
  }

  #setAside(): void {
    const last = this.#purchase
    last?.leave()
    const slip = last?.slip.value
    if (last !== undefined && slip !== undefined)
      this.#earlier = [{ id: last.id, slip }, ...this.#earlier].slice(0, earlier_max)
  }

  async #followBook(): Promise<never> {
    for (;;) {
      try {
        const response = await this.network.fetch('/demo/cashier')
        if (response.ok) this.#bookIs(v.parse(Book, await response.json()))
      } catch {
        // It is looked at again.
      }
      await new Promise((resolve) => setTimeout(resolve, book_ms))
    }
  }

  #bookIs(book: Book): void {
    if (JSON.stringify(book) === JSON.stringify(this.#book)) return
    this.#book = book
    this.events.changed()
  }

  protected makeWorker(name: string): Worker {
    return new Worker(new URL('./checkout.worker.ts', import.meta.url), { type: 'module', name })
  }
}
