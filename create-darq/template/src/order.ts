import { refuse } from '@darq/runtime'
import { workflow } from '@darq/runtime/workflow'
import { Order, Stock } from './shop.address.ts'

/**
 * Lives in the tab. Reads like code without failures; when the tab dies, it goes on from where it was in the next one. It may
 * await only what `flow` gives.
 */
export const order = workflow(Order, async (flow) => {
  flow.show('phase', 'reserving')
  await flow.call(Stock.reserve({ order: flow.id }), {
    // What was reserved goes back, if the rest of this function throws.
    undo: () => flow.send(Stock.release({ order: flow.id })),
  })
  flow.show('phase', 'waiting for you')
  const answer = await flow.receive('answer', { timeout: '1 hour' })
  if (!answer?.confirmed) refuse('not confirmed')
  await flow.send(Stock.sell({ order: flow.id }))
  flow.show('phase', 'sold')
  return { sold: true }
})
