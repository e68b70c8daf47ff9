/**
 * One order, as the page follows it on both sides.
 *
 * @module
 */
import type { Client } from '@darq/runtime'
import { control, type InstanceFacts } from '@darq/runtime/workflow'
import { Followed } from '../followed.ts'
import { Checkout, type CheckoutPhase, Purchase, type Slip } from './checkout.address.ts'

export interface Sides {
  readonly tab: Client
  readonly edge: Client
}

export class FollowedPurchase {
  readonly id: string
  /** In the tab. */
  readonly slip: Followed<Slip>
  readonly tabSteps: Followed<InstanceFacts>
  /** At the edge. */
  readonly phase: Followed<CheckoutPhase>
  readonly edgeSteps: Followed<InstanceFacts>
  readonly #over = new AbortController()

  constructor(id: string, { tab, edge }: Sides, changed: () => void) {
    this.id = id
    this.slip = new Followed(changed)
    this.tabSteps = new Followed(changed)
    this.phase = new Followed(changed)
    this.edgeSteps = new Followed(changed)
    const { signal } = this.#over
    void this.slip.follow((options) => tab.watch(Purchase.slip(id), options), signal)
    void this.tabSteps.follow((options) => tab.watch(control(Purchase).describe(id), options), signal)
    void this.phase.follow((options) => edge.watch(Checkout.phase(id), options), signal)
    void this.edgeSteps.follow((options) => edge.watch(control(Checkout).describe(id), options), signal)
  }

  get isOver(): boolean {
    return this.slip.value !== undefined && this.slip.value.state !== 'ordered'
  }

  /** Nobody looks at it any more. What it does goes on. */
  leave(): void {
    this.#over.abort()
  }
}
