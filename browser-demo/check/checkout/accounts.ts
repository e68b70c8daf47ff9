/**
 * What everybody's books must say when all orders have ended.
 *
 * @module
 */
import { disagreements } from '../../src/checkout/books.ts'
import type { Book } from '../../src/checkout/cashier.ts'
import type { Slip } from '../../src/checkout/checkout.address.ts'

export interface Accounts {
  readonly slips: ReadonlyMap<string, Slip>
  readonly book: Book
  readonly shelf: { readonly left: number; readonly held: number }
  /** Packets that ever came to the shelf. */
  readonly stocked: number
}

/** @returns what is wrong with them */
export function failuresIn({ slips, book, shelf, stocked }: Accounts): string[] {
  const failures = disagreements(slips, book)
  for (const [order, { state }] of slips) if (state === 'ordered') failures.push(`order ${order} has not ended`)
  for (const order of new Set(book.map((line) => line.order))) {
    const charged = book.filter((line) => line.order === order && line.outcome === 'charged')
    if (charged.length > 1) failures.push(`order ${order} was charged under ${charged.length} keys`)
    if (!slips.has(order)) failures.push(`the cashier knows an order ${order} that nobody has made`)
  }
  let sold = 0
  for (const { bought, order } of slips.values()) if (bought !== undefined) sold += order.count
  if (shelf.held !== sold) failures.push(`${shelf.held} packets are held, and ${sold} were sold`)
  if (shelf.left + shelf.held !== stocked)
    failures.push(`${stocked} packets came to the shelf, and ${shelf.left} and ${shelf.held} are there`)
  return failures
}
