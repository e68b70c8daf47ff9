/**
 * One check of the checkout: orders from the first to the last, with every planned fault, and all books compared at the end.
 *
 * @module
 */
import { Random } from '../../random.ts'
import { requestFates } from '../../request-fate.ts'
import { type Served, serve } from '../../serve.ts'
import { checkout_darq, type Slip, shelf_darq } from '../../src/checkout/checkout.address.ts'
import type { CheckoutDemoFacts } from '../../src/checkout/snapshot.ts'
import { BrowserTab } from '../browser-tab.ts'
import { edgeAnswers } from '../edge-answers.ts'
import { FaultMaker } from '../fault-maker.ts'
import { failuresIn } from './accounts.ts'
import { type CheckoutFault, type PlannedOrder, planOrders } from './plan.ts'

export interface CheckoutCheckOptions {
  /** A file of flights, for the page's other scenes. */
  readonly data: string
  readonly seed: number
  readonly orders: number
  /** An empty folder for the edge's storage. */
  readonly folder: string
  /** The path of a Chromium. */
  readonly chromium: string
  readonly log: (line: string) => void
}

export interface CheckoutCheckResult {
  /** Why the check failed; none when it passed. */
  readonly failures: readonly string[]
  readonly slips: readonly Slip[]
  readonly faults: ReadonlyMap<CheckoutFault, number>
  /** How often the cashier was asked, and charged. */
  readonly asked: number
  readonly charged: number
  readonly seconds: number
}

const poll_ms = 20
/** An order that nobody approves ends after a minute. */
const patience_ms = 90_000
const opening_ms = 30_000
const cut_ms = 300

/** @throws {Error} when the check could not be carried out at all */
export async function runCheckoutCheck(options: CheckoutCheckOptions): Promise<CheckoutCheckResult> {
  const random = new Random(options.seed)
  const plan = planOrders(random, options.orders)
  const complaints: string[] = []
  await using served = await serve({ ...options, port: 0, fate: requestFates(random) })
  await using tab = await BrowserTab.open({
    url: new URL('#checkout', served.url),
    executable: options.chromium,
    onComplaint: (text) => complaints.push(`the page complained: ${text}`),
  })
  const customer = new Customer(served, tab, options.log)
  await customer.seen('the page is open', ({ isOpen, edge }) => isOpen && edge.reachable)
  const started_ms = performance.now()
  for (const order of plan) await customer.order(order)
  const seconds = (performance.now() - started_ms) / 1000

  // What counts is what is still there after both sides have been lost once more.
  options.log('comparing, after one more restart of both sides')
  await customer.fault('edge_kill')
  await tab.reopen()
  const { order, earlier, book, shelf } = await customer.seen(
    'all is there again',
    (demo) => demo.isOpen && demo.shelfIs === 'saved' && demo.order?.slipIs === 'saved' && demo.book.length > 0,
  )
  const slips = new Map(earlier.map(({ id, slip }) => [id, slip]))
  if (order?.slip !== undefined) slips.set(order.id, order.slip)
  const failures = failuresIn({ slips, book, shelf: shelf ?? { left: 0, held: 0 }, stocked: customer.stocked })
  if (slips.size !== plan.length) failures.push(`${plan.length} orders were made, and the tab knows ${slips.size}`)
  return {
    failures: [...complaints, ...failures],
    slips: [...slips.values()],
    faults: customer.faults,
    asked: book.reduce((sum, line) => sum + line.asked, 0),
    charged: book.filter(({ outcome }) => outcome === 'charged').length,
    seconds,
  }
}

/** Orders, decides, and makes things happen meanwhile. */
class Customer {
  readonly faults = new Map<CheckoutFault, number>()
  stocked = 5
  readonly #served: Served
  readonly #tab: BrowserTab
  readonly #maker: FaultMaker
  readonly #log: (line: string) => void

  constructor(served: Served, tab: BrowserTab, log: (line: string) => void) {
    this.#served = served
    this.#tab = tab
    this.#maker = new FaultMaker(tab, served.edge, () => edgeAnswers(served.edge.url))
    this.#log = log
  }

  /** Resolves when the order has ended, for good. */
  async order(planned: PlannedOrder): Promise<void> {
    await this.#restock(planned)
    await this.#choose('Edge’s disks', String(planned.disk_ms))
    await this.seen('the disks are so slow', ({ disk_ms }) => disk_ms === planned.disk_ms)
    await this.#choose('Card', planned.card)
    const before = (await this.seen('the page is open', ({ isOpen }) => isOpen)).order?.id
    if (planned.isEager) await this.fault('shelf_kill')
    await this.#press('Order')
    const { order } = await this.seen(
      'the tab has the order',
      (demo) => demo.order !== undefined && demo.order.id !== before && demo.order.slipIs === 'saved',
    )
    const id = order?.id ?? ''
    const isOver = (demo: CheckoutDemoFacts) => demo.order?.slip !== undefined && demo.order.slip.state !== 'ordered'
    if (!planned.isEager) await this.#faultAfter(planned.first)
    const mayDecide = ({ order }: CheckoutDemoFacts) =>
      order?.phase === 'approving' || (planned.isEager && order?.phase !== undefined)
    await this.seen('it may be decided', (demo) => mayDecide(demo) || isOver(demo))
    const decided = await this.#decide(planned)
    if (planned.isEager) await this.#faultAfter(planned.first)
    await this.#faultAfter(planned.second)
    await this.#choose('Edge’s disks', '0')
    const end = await this.seen(
      'it has ended',
      (demo) => demo.order?.id === id && isOver(demo) && demo.order.slipIs === 'saved',
    )
    this.#log(`order ${id}, card ${planned.card}, ${decided}: ${end.order?.slip?.why?.code ?? 'bought'}`)
  }

  async #restock({ restocks }: PlannedOrder): Promise<void> {
    if (!restocks) return
    await this.#press('Five more')
    this.stocked += 5
    const come = ({ shelf, shelfIs }: CheckoutDemoFacts) =>
      shelf !== undefined && shelf.left + shelf.held === this.stocked && shelfIs === 'saved'
    await this.seen('the packets have come', come)
  }

  /** What was pressed is kept before anything else happens: a click that nobody has is nobody's. */
  async #decide({ decision }: PlannedOrder): Promise<string> {
    const now = await this.seen('the page is open', ({ order }) => order?.slip !== undefined)
    if (now.order?.slip?.state !== 'ordered') return 'ended before'
    await this.#press(decision)
    const kept = ({ order }: CheckoutDemoFacts): boolean =>
      order?.slip?.state !== 'ordered' ||
      (decision === 'Cancel the order'
        ? order.edgeSteps.some(({ what, how }) => what.startsWith('cancel') && how === 'saved')
        : order.tabSteps.some(({ what, how }) => what === 'message approval' && how === 'saved'))
    await this.seen('what was decided is kept', kept)
    return decision
  }

  async #choose(label: string, value: string): Promise<void> {
    await this.#tab.page.getByLabel(label).selectOption(value)
  }

  async #press(name: string): Promise<void> {
    await this.#tab.page.getByRole('button', { name, exact: true }).click({ timeout: patience_ms })
  }

  async #faultAfter(planned: PlannedOrder['first']): Promise<void> {
    if (planned === undefined) return
    await this.#tab.page.waitForTimeout(planned.after_ms)
    await this.fault(planned.kind)
  }

  /** Resolves when it has happened, and the page is open. @throws {Error} when it could not be made to happen */
  async fault(kind: CheckoutFault): Promise<void> {
    this.#log(`  ${kind}`)
    if (kind === 'checkout_kill') await this.#killObject(checkout_darq)
    else if (kind === 'shelf_kill') await this.#killObject(shelf_darq)
    else await this.#maker.make({ kind, lasts_ms: cut_ms })
    this.faults.set(kind, (this.faults.get(kind) ?? 0) + 1)
    await this.seen('the page is open again', ({ isOpen, tab }) => isOpen && tab.reachable, opening_ms)
  }

  async #killObject(darq: string): Promise<void> {
    const url = new URL(`/demo/kill?darq=${encodeURIComponent(darq)}`, this.#served.url)
    for (const end_ms = performance.now() + opening_ms; ; ) {
      const { status } = await fetch(url, { method: 'POST' })
      if (status === 204) return
      if (performance.now() > end_ms) throw new Error(`the object ${darq} could not be killed: ${status}`)
      await new Promise((resolve) => setTimeout(resolve, poll_ms))
    }
  }

  /** @throws {Error} that says what was waited for in vain */
  async seen(
    what: string,
    holds: (demo: CheckoutDemoFacts) => boolean,
    wait_ms = patience_ms,
  ): Promise<CheckoutDemoFacts> {
    const end_ms = performance.now() + wait_ms
    for (;;) {
      const demo = await this.#tab.page.evaluate(() => window.checkoutDemo).catch(() => undefined)
      if (demo !== undefined && holds(demo)) return demo
      if (performance.now() > end_ms)
        throw new Error(`waited in vain until ${what}; the order: ${JSON.stringify(demo?.order)}`)
      await new Promise((resolve) => setTimeout(resolve, poll_ms))
    }
  }
}
