/**
 * What becomes of each request between tab and edge in a check: seeded, and exactly so many of each kind in a row of 20, so
 * that even a short run has its share.
 *
 * @module
 */
import type { Random } from './random.ts'

export type RequestFate =
  /** Reaches the edge once, and its answer comes back. */
  | { readonly kind: 'pass' }
  /** Never reaches the edge. */
  | { readonly kind: 'drop_before' }
  /** Reaches the edge; the answer is lost. */
  | { readonly kind: 'drop_after' }
  /** Reaches the edge, and once more so much later: past newer ones, if it is long. */
  | { readonly kind: 'duplicate'; readonly after_ms: number }

const row = 20
const late_ms_max = 400

/** @returns gives the fate of each request in turn. In every 20: two dropped (one on each way) and two duplicated. */
export function requestFates(random: Random): () => RequestFate {
  let fates: RequestFate[] = []
  return () => {
    if (fates.length === 0) fates = random.shuffled(newRow(random))
    return fates.pop() ?? { kind: 'pass' }
  }
}

function newRow(random: Random): RequestFate[] {
  const passing = Array.from({ length: row - 4 }, (): RequestFate => ({ kind: 'pass' }))
  return [
    { kind: 'drop_before' },
    { kind: 'drop_after' },
    { kind: 'duplicate', after_ms: 0 },
    { kind: 'duplicate', after_ms: random.below(late_ms_max) },
    ...passing,
  ]
}
