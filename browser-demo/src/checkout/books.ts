/**
 * Holds what the customer knows against what the cashier has written down.
 *
 * @module
 */
import type { Book } from './cashier.ts'
import type { Slip } from './checkout.address.ts'

/** What the cashier has taken and not given back, for one order or for all; in cents. */
export function takenIn(book: Book, order?: string): number {
  return book
    .filter((line) => order === undefined || line.order === order)
    .reduce((sum, { what, cents }) => sum + (what === 'charge' ? cents : -cents), 0)
}

/** How often a card was charged. */
export function charges(book: Book): number {
  return book.filter(({ outcome }) => outcome === 'charged').length
}

/** How often the cashier was asked. */
export function asked(book: Book): number {
  return book.reduce((sum, line) => sum + line.asked, 0)
}

/**
 * @param slips by order
 * @returns a sentence for each order that has ended and for which the cashier has another sum; none when all agree
 */
export function disagreements(slips: ReadonlyMap<string, Pick<Slip, 'state' | 'bought'>>, book: Book): string[] {
  const found: string[] = []
  for (const [order, { state, bought }] of slips) {
    if (state === 'ordered') continue
    const due = bought?.cents ?? 0
    const taken = takenIn(book, order)
    if (taken !== due) found.push(`order ${order} is to cost ${euros(due)}, and the cashier has ${euros(taken)}`)
  }
  return found
}

const money = new Intl.NumberFormat('en-IE', { style: 'currency', currency: 'EUR' })

export function euros(cents: number): string {
  return money.format(cents / 100)
}
