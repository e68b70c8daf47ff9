/**
 * Which orders a check makes, what becomes of each, and what happens meanwhile: seeded.
 *
 * @module
 */
import type { Random } from '../../random.ts'
import type { Card } from '../../src/checkout/checkout.address.ts'
import type { FaultKind } from '../fault-plan.ts'

export const decisions = ['Approve', 'Refuse', 'Cancel the order'] as const
export type Decision = (typeof decisions)[number]

/** What happens: one of the faults of the flights, or one Durable Object is thrown out of memory. */
export type CheckoutFault = FaultKind | 'checkout_kill' | 'shelf_kill'

export interface PlannedOrder {
  readonly card: Card
  readonly decision: Decision
  /** Five more packets come to the shelf before. */
  readonly restocks: boolean
  /** Cancelled while the shelf is asked, which has just been thrown out of memory: it takes its time. */
  readonly isEager: boolean
  /** How much longer than they must the disks of the edge take meanwhile. */
  readonly disk_ms: number
  /** So long after the order, and what: while the shelf is asked, or a little later. */
  readonly first: { readonly kind: CheckoutFault; readonly after_ms: number } | undefined
  /** So long after the decision has been taken. */
  readonly second: { readonly kind: CheckoutFault; readonly after_ms: number } | undefined
}

const faults: readonly CheckoutFault[] = [
  ...(['renderer_crash', 'worker_kill', 'edge_kill', 'network_cut', 'checkout_kill', 'shelf_kill'] as const),
]
const cards: readonly Card[] = ['good', 'bad line', 'good', 'refused']
const first_ms_max = 150
const second_ms_max = 500

/** Every fault comes as often as every other, give or take one. */
export function planOrders(random: Random, orders: number): PlannedOrder[] {
  const places = random
    .shuffled(Array.from({ length: 2 * orders }, (_, place) => place))
    .slice(0, Math.ceil(1.3 * orders))
  const kinds = new Map(places.map((place, index) => [place, faults[index % faults.length] ?? 'edge_kill']))
  const at = (place: number, ms_max: number): PlannedOrder['first'] => {
    const kind = kinds.get(place)
    return kind === undefined ? undefined : { kind, after_ms: random.below(ms_max) }
  }
  return Array.from({ length: orders }, (_, order) => {
    const isEager = order % 5 === 4
    const card = cards[order % cards.length] ?? 'good'
    // A card whose line is bad is charged in every check: it is where a key counts.
    const mayBuy = card === 'bad line' || random.below(5) < 3
    const later = mayBuy ? 'Approve' : random.below(2) === 0 ? 'Refuse' : 'Cancel the order'
    const decision = isEager ? 'Cancel the order' : later
    return {
      ...{ card, decision, isEager, restocks: order % 3 === 1 },
      disk_ms: isEager || random.below(4) === 0 ? 1_000 : 0,
      first: at(2 * order, first_ms_max),
      second: at(2 * order + 1, second_ms_max),
    }
  })
}
