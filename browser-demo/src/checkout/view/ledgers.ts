/**
 * What the customer has ordered, and what the cashier has written down, as tables.
 *
 * @module
 */
import { make } from '../../view/element.ts'
import { euros } from '../books.ts'
import type { Book } from '../cashier.ts'
import type { Slip } from '../checkout.address.ts'
import type { CheckoutDemoFacts } from '../snapshot.ts'

/** Newest first. */
export function showOrders(
  table: HTMLTableElement,
  { order, earlier }: Pick<CheckoutDemoFacts, 'order' | 'earlier'>,
): void {
  const newest = order?.slip === undefined ? [] : [{ id: order.id, slip: order.slip }]
  const rows = [...newest, ...earlier].map(({ id, slip }) => [
    id,
    String(slip.order.count),
    slip.order.card,
    cameTo(slip),
  ])
  fill(table, ['Order', 'Packets', 'Card', 'What came of it'], rows, 'Nothing was ordered here yet.')
}

/** Newest first. */
export function showBook(table: HTMLTableElement, book: Book): void {
  const rows = book
    .toReversed()
    .map(({ order, cents, asked, outcome, key }) => [
      order,
      outcome,
      cents === 0 ? '–' : euros(cents),
      asked === 1 ? 'once' : `${asked} times`,
      `…${key.slice(-14)}`,
    ])
  fill(table, ['Order', 'Outcome', 'Sum', 'Asked', 'Key'], rows, 'The cashier was asked nothing yet.')
}

function cameTo({ state, bought, why }: Slip): string {
  if (state === 'ordered') return 'under way'
  if (bought !== undefined) return `${euros(bought.cents)}, ${bought.receipt}`
  return (why?.code ?? 'failed').replace(/^app:/, '')
}

function fill(table: HTMLTableElement, titles: readonly string[], rows: readonly string[][], empty: string): void {
  const shown = JSON.stringify(rows)
  if (table.dataset.shown === shown) return
  table.dataset.shown = shown
  if (rows.length === 0) {
    table.replaceChildren(make('caption', {}, empty))
    return
  }
  const head = make('tr', {}, ...titles.map((title) => make('th', { scope: 'col' }, title)))
  const body = rows.map((cells) =>
    make('tr', {}, ...cells.map((text, i) => make(i === 0 ? 'th' : 'td', i === 0 ? { scope: 'row' } : {}, text))),
  )
  table.replaceChildren(make('thead', {}, head), make('tbody', {}, ...body))
}
