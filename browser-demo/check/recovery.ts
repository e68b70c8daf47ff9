/**
 * When each side has got over its last fault: its host is a new life, and its sums have grown.
 *
 * @module
 */
import { type FaultSide, type PlannedFault, sideOf } from './fault-plan.ts'

/** How far each side has come, and in which life. */
export interface Progress {
  /** Flights in the file. */
  readonly all: number
  readonly tab: SideProgress
  readonly edge: SideProgress
}

export interface SideProgress {
  readonly flights: number
  /** `undefined` until it is known. */
  readonly epoch: number | undefined
}

export interface Recovered {
  readonly fault: PlannedFault
  readonly recovery_ms: number
}

interface Open {
  readonly fault: PlannedFault
  readonly since_ms: number
  readonly before: SideProgress
}

export class Recovery {
  readonly done: Recovered[] = []
  readonly #open = new Map<FaultSide, Open>()

  /** @param before how it stood right before the fault */
  begin(fault: PlannedFault, before: Progress, now_ms: number): void {
    const side = sideOf(fault.kind)
    this.#open.set(side, { fault, since_ms: now_ms, before: sideAt(before, side) })
  }

  isOpen(side: FaultSide): boolean {
    return this.#open.has(side)
  }

  get waiting(): readonly FaultSide[] {
    return [...this.#open.keys()]
  }

  see(now: Progress, now_ms: number): void {
    for (const [side, { fault, since_ms, before }] of this.#open) {
      const { flights, epoch } = sideAt(now, side)
      // A cut kills nobody: no new life is due.
      const isNewLife = side === 'network' || (epoch !== undefined && epoch !== before.epoch)
      const hasGrown = flights > before.flights || flights === now.all
      if (!isNewLife || !hasGrown) continue
      this.#open.delete(side)
      this.done.push({ fault, recovery_ms: now_ms - since_ms })
    }
  }
}

/** What a cut holds up is seen at the edge. */
function sideAt(progress: Progress, side: FaultSide): SideProgress {
  return side === 'tab' ? progress.tab : progress.edge
}
