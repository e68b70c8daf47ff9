/**
 * When each side has got over its last fault: its host is a new life, and its sums have grown.
 *
 * @module
 */
import type { FlightsDemo } from '../src/snapshot.ts'
import { type FaultSide, type PlannedFault, sideOf } from './fault-plan.ts'

export interface Recovered {
  readonly fault: PlannedFault
  readonly recovery_ms: number
}

interface Open {
  readonly fault: PlannedFault
  readonly since_ms: number
  /** Flights and epoch of that side when it happened. */
  readonly flights: number
  readonly epoch: number | undefined
}

export class Recovery {
  readonly done: Recovered[] = []
  readonly #open = new Map<FaultSide, Open>()

  /** @param seen the last look before the fault */
  begin(fault: PlannedFault, seen: FlightsDemo, now_ms: number): void {
    const side = sideOf(fault.kind)
    const { flights, counts } = side === 'tab' ? seen.tab : seen.edge
    // A cut kills nobody: no new epoch is due.
    this.#open.set(side, { fault, since_ms: now_ms, flights, epoch: side === 'network' ? undefined : counts?.epoch })
  }

  isOpen(side: FaultSide): boolean {
    return this.#open.has(side)
  }

  get waiting(): readonly FaultSide[] {
    return [...this.#open.keys()]
  }

  see(seen: FlightsDemo, now_ms: number): void {
    for (const [side, { fault, since_ms, flights, epoch }] of this.#open) {
      const now = side === 'tab' ? seen.tab : seen.edge
      const isNewLife = now.counts !== undefined && (side === 'network' || now.counts.epoch !== epoch)
      const hasGrown = now.flights > flights || now.flights === seen.flights
      if (!isNewLife || !hasGrown) continue
      this.#open.delete(side)
      this.done.push({ fault, recovery_ms: now_ms - since_ms })
    }
  }
}
