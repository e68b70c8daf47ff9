/**
 * The checkout: opens the demo, wires the document to it.
 *
 * @module
 */
import { element } from '../view/element.ts'
import { HappeningsLog } from '../view/happenings-log.ts'
import { CheckoutDemo } from './demo.ts'
import { CheckoutView } from './view/checkout-view.ts'

/** Resolves when something can be ordered. */
export async function openCheckout(): Promise<void> {
  const log = new HappeningsLog(element('log', HTMLOListElement))
  let view: CheckoutView | undefined
  const demo = new CheckoutDemo({ changed: () => view?.changed(), happened: (what) => log.add(what) })
  view = new CheckoutView(demo, log)
  Object.defineProperty(window, 'checkoutDemo', { get: () => demo.snapshot() })
  await demo.open()
}
