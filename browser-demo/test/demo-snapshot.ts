/** Snapshots of a page, as the driver of a check sees them. */
import type { FlightsDemo, SideFacts } from '../src/snapshot.ts'

interface SideSketch {
  readonly flights: number
  readonly epoch: number
}

export function demo(
  { tab, edge }: { tab: SideSketch; edge: SideSketch },
  more: Partial<FlightsDemo> = {},
): FlightsDemo {
  return {
    phase: 'running',
    flights: 1000,
    grades: { accepted: tab.flights, durable: tab.flights, committed: tab.flights },
    duplicates: 0,
    batches: [],
    tab: { ...side(tab), status: undefined, workers: 1 },
    edge: side(edge),
    failure: undefined,
    ...more,
  }
}

function side({ flights, epoch }: SideSketch): SideFacts {
  return {
    delays: {},
    grade: 'committed',
    flights,
    saved: flights,
    taken_back: 0,
    counts: {
      // Only engines mint epochs; a test may pretend.
      epoch: epoch as NonNullable<SideFacts['counts']>['epoch'],
      messages_accepted: 0,
      duplicates_refused: 0,
      steps: 0,
      commits: 0,
      committed_bytes: 0,
      frames_sent: 0,
      frames_received: 0,
    },
    duplicates_refused: 0,
    reachable: true,
  }
}
