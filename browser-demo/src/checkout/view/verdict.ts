/**
 * The one line that says how the order stands.
 *
 * @module
 */
import type { Verdict } from '../../view/verdict.ts'
import { disagreements, euros } from '../books.ts'
import type { CheckoutPhase } from '../checkout.address.ts'
import type { CheckoutDemoFacts, OrderFacts } from '../snapshot.ts'

type Facts = Pick<CheckoutDemoFacts, 'isOpen' | 'order' | 'earlier' | 'book' | 'shelf' | 'isOffline'>

export function verdictOf({ isOpen, order, earlier, book, shelf, isOffline }: Facts): Verdict {
  if (!isOpen) return { tone: 'calm', text: 'Opening: the worker reads its journal …' }
  const slips = new Map(earlier.map(({ id, slip }) => [id, slip]))
  if (order?.slip !== undefined && order.slipIs === 'saved') slips.set(order.id, order.slip)
  // A book that was looked at before the order ended does not have it yet: what is missing comes with the next look.
  const wrong = isOffline ? [] : disagreements(slips, book)
  if (wrong.length > 0) return { tone: 'busy', text: `The books are being compared: ${wrong.join('; ')}.` }
  if (order === undefined) {
    const packets = shelf === undefined ? '' : ` There are ${shelf.left} packets on the shelf.`
    return { tone: 'calm', text: `Ready.${packets}` }
  }
  return order.slip === undefined || order.slip.state === 'ordered' ? underWay(order, isOffline) : ended(order)
}

const doing: Readonly<Record<CheckoutPhase, string>> = {
  reserving: 'the edge asks the shelf',
  approving: 'the tea is held for you; approve it within a minute',
  charging: 'the cashier is asked, as soon as that can’t be taken back',
  done: 'the edge is done; the tab is being told',
  undone: 'the edge has undone it; the tab is being told',
}

function underWay({ id, phase }: OrderFacts, isOffline: boolean): Verdict {
  if (phase === undefined)
    return {
      tone: 'busy',
      text: `Order ${id}: ${isOffline ? 'kept in the tab until it is online' : 'on its way to the edge'}.`,
    }
  return { tone: 'busy', text: `Order ${id}: ${doing[phase]}.` }
}

function ended({ id, slip }: OrderFacts): Verdict {
  if (slip?.bought !== undefined)
    return {
      tone: 'good',
      text: `Order ${id}: bought, and charged once: ${euros(slip.bought.cents)}. The books agree.`,
    }
  const why = (slip?.why?.code ?? 'failed').replace(/^app:/, '')
  return { tone: 'calm', text: `Order ${id}: ${why}. What was done is undone; nothing was kept. The books agree.` }
}
