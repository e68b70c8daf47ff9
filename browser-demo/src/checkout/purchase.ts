/** What runs in the tab: the customer's side of an order. */
import { DarqError } from '@darq/runtime'
import { workflow } from '@darq/runtime/workflow'
import { Checkout, Purchase } from './checkout.address.ts'

export const purchase = workflow(Purchase, async (flow, order) => {
  /** Passes on what the customer says, however often: once the tab has it, it needs neither the page nor the network. */
  const approvals = async (): Promise<never> => {
    for (;;) await flow.send(Checkout.approval(flow.id, await flow.receive('approval')))
  }

  flow.show('slip', { order, state: 'ordered' })
  try {
    // A call like any other: whatever becomes of the tab, the edge goes on, and the tab learns of it when it is back.
    const bought = await Promise.race([flow.call(Checkout.start(flow.id, order)), approvals()])
    flow.show('slip', { order, state: 'bought', bought })
    return bought
  } catch (error) {
    const { code, message } = error instanceof DarqError ? error : new DarqError('internal', { cause: error })
    flow.show('slip', { order, state: 'failed', why: { code, message } })
    throw error
  }
})
