/**
 * What the page knows, as plain data: `window.checkoutDemo`. For people with a console, and for tests.
 *
 * @module
 */
import type { TabStatus } from '@darq/runtime/browser'
import type { How } from '../followed.ts'
import type { Book } from './cashier.ts'
import type { CheckoutPhase, Slip } from './checkout.address.ts'
import type { TimelineLine } from './timeline.ts'

export interface SideFacts {
  readonly reachable: boolean
  readonly epoch: number | undefined
}

export interface OrderFacts {
  readonly id: string
  readonly slip: Slip | undefined
  readonly slipIs: How
  readonly tabSteps: readonly TimelineLine[]
  /** Undefined until the edge has taken it on. */
  readonly phase: CheckoutPhase | undefined
  /** The one that was shown and taken back. */
  readonly phaseLost: CheckoutPhase | undefined
  readonly phaseIs: How
  readonly edgeSteps: readonly TimelineLine[]
}

export interface CheckoutDemoFacts {
  readonly isOpen: boolean
  /** The newest order. */
  readonly order: OrderFacts | undefined
  /** Those before it, newest first. */
  readonly earlier: readonly { readonly id: string; readonly slip: Slip }[]
  readonly shelf: { readonly left: number; readonly held: number } | undefined
  readonly shelfIs: How
  readonly book: Book
  readonly tab: SideFacts & { readonly status: TabStatus | undefined; readonly workers: number }
  /** The object of the workflow. */
  readonly edge: SideFacts
  readonly isOffline: boolean
  readonly disk_ms: number
  /** Whether there is a plug to pull. */
  readonly hasPlug: boolean
}

declare global {
  interface Window {
    readonly checkoutDemo: CheckoutDemoFacts
  }
}
