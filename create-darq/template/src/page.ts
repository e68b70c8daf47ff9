import { connect, DarqError } from '@darq/runtime'
import { openTab, type Tab } from '@darq/runtime/browser'
import { control, instances } from '@darq/runtime/workflow'
import { Order, Stock } from './shop.address.ts'
import { visitorToken } from './token.ts'

const shelf = find('#shelf')
const said = find('#tab')
const orders = find('#orders')
const button = find('#order')

void showShelf()
const tab = await openTab(() => new Worker(new URL('./worker.ts', import.meta.url), { type: 'module' }))
said.textContent = `This tab keeps its orders: storage is ${tab.status.durability}.`
// What was ordered before this page was opened.
for await (const { id } of instances(tab, Order)) void showOrder(tab, id)
button.addEventListener('click', () => void placeOrder(tab).catch(tell))
button.removeAttribute('disabled')

/** The edge's own view, for everybody. */
async function showShelf(): Promise<void> {
  const edge = connect(new URL('/darq', location.origin), { token: visitorToken })
  for await (const view of edge.watch(Stock.shelf())) {
    if (view.grade === 'withdrawn') continue
    const { left, reserved, sold } = view.value
    shelf.textContent = `At the edge: ${left} left, ${reserved} reserved, ${sold} sold (${view.grade}).`
  }
}

async function placeOrder(tab: Tab): Promise<void> {
  const id = crypto.randomUUID().slice(0, 8)
  const { receipt } = tab.call(Order.start(id, {}))
  const { durability } = await receipt.durable
  said.textContent = `Order ${id} is saved (${durability}).`
  void showOrder(tab, id)
}

/** A line for an order, and its buttons while it waits for an answer. */
async function showOrder(tab: Tab, id: string): Promise<void> {
  const line = document.createElement('li')
  orders.append(line)
  for await (const view of tab.watch(control(Order).describe(id))) {
    if (view.grade === 'withdrawn') continue
    const { status, error } = view.value
    if (status !== 'running') {
      // What `refuse` says is its code, after `app:`.
      line.textContent = `${id}: ${status === 'done' ? 'sold' : (error?.code.replace('app:', '') ?? status)}`
      return
    }
    const phase = await tab.query(Order.phase(id))
    line.textContent = `${id}: ${phase} `
    if (phase === 'waiting for you') line.append(answer(tab, id, 'Confirm', true), answer(tab, id, 'Give back', false))
  }
}

function answer(tab: Tab, id: string, text: string, confirmed: boolean): HTMLElement {
  const element = document.createElement('button')
  element.type = 'button'
  element.textContent = text
  element.addEventListener('click', () => tab.send(Order.answer(id, { confirmed })).accepted.catch(tell))
  return element
}

function tell(error: unknown): void {
  said.textContent = error instanceof DarqError ? `${error.code}: ${error.message}` : String(error)
}

function find(selector: string): HTMLElement {
  const element = document.querySelector<HTMLElement>(selector)
  if (element === null) throw new Error(`the page has no ${selector}`)
  return element
}
