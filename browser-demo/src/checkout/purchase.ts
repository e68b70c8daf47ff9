/** What runs in the tab: the customer's side of an order. */
import { type Client, DarqError } from '@darq/runtime'
import { workflow } from '@darq/runtime/workflow'
import { Checkout, Purchase } from './checkout.address.ts'

/**
 * The edge can't reach a tab, so the tab asks as any client does, in an effect: as often as it must, with the same key, which
 * is the same checkout. Whatever becomes of the tab meanwhile, the edge goes on, and the next one to ask has its answer.
 */
export const purchase = (edge: Client) =>
  workflow(Purchase, async (flow, order) => {
    flow.show('slip', { order, state: 'ordered' })
    try {
      const bought = await flow.effect(
        'check out at the edge',
        ({ key, signal }) => edge.call(Checkout.start(flow.id, order), { idempotencyKey: key, signal }),
        { timeout: '1 hour' },
      )
      flow.show('slip', { order, state: 'bought', bought })
      return bought
    } catch (error) {
      const { code, message } = error instanceof DarqError ? error : new DarqError('storage', { cause: error })
      flow.show('slip', { order, state: 'failed', why: { code, message } })
      throw error
    }
  })
