/**
 * Which faults a check lets happen, and when: seeded, spread over the whole job, in a random order.
 *
 * @module
 */
import type { Random } from '../random.ts'

export type FaultKind =
  /** The tab's renderer process crashes: page and worker at once. */
  | 'renderer_crash'
  /** The tab's worker is terminated; the page lives on. */
  | 'worker_kill'
  /** workerd gets SIGKILL. */
  | 'edge_kill'
  /** The browser is offline for a while. */
  | 'network_cut'

export type FaultSide = 'tab' | 'edge' | 'network'

export interface PlannedFault {
  readonly kind: FaultKind
  /** Happens when so many flights have been accepted. */
  readonly at_flights: number
  /** How long a cut lasts at least. */
  readonly lasts_ms: number
}

const cuts_min = 3
const cut_ms_min = 200
const cut_ms_more = 600
/** No fault is planned so close to the end that the job might be done before it comes. */
const last_share = 0.9

/**
 * @param options `kills`: of the tab (renderer crash or worker kill, in turn) and of the edge, each; and at least 3 cuts
 * @returns in the order in which they happen
 */
export function planFaults(random: Random, options: { flights: number; kills: number }): PlannedFault[] {
  const { flights, kills } = options
  const kinds: FaultKind[] = []
  for (let i = 0; i < kills; i += 1) kinds.push(i % 2 === 0 ? 'renderer_crash' : 'worker_kill', 'edge_kill')
  for (let i = 0; i < Math.max(cuts_min, Math.floor(kills / 3)); i += 1) kinds.push('network_cut')
  // One in each of as many equal stretches.
  const stretch = (flights * last_share) / kinds.length
  return random.shuffled(kinds).map((kind, i) => ({
    kind,
    at_flights: Math.max(1, Math.floor((i + random.next()) * stretch)),
    lasts_ms: kind === 'network_cut' ? cut_ms_min + random.below(cut_ms_more) : 0,
  }))
}

export function sideOf(kind: FaultKind): FaultSide {
  if (kind === 'edge_kill') return 'edge'
  return kind === 'network_cut' ? 'network' : 'tab'
}
