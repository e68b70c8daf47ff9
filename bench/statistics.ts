/**
 * What is said about many measurements of one thing.
 *
 * @module
 */

/**
 * The value below which `share` of the samples lie, between two samples by proportion.
 *
 * @param share 0 to 1
 * @throws {RangeError} there are no samples
 */
export function quantile(samples: ArrayLike<number>, share: number): number {
  if (samples.length === 0) throw new RangeError('no samples')
  const sorted = Float64Array.from(samples).sort()
  const at = Math.min(1, Math.max(0, share)) * (sorted.length - 1)
  const below = sorted[Math.floor(at)] ?? 0
  const above = sorted[Math.ceil(at)] ?? 0
  return below + (above - below) * (at - Math.floor(at))
}

export interface Summary {
  readonly median: number
  /** Between the quartiles: half of the samples lie in a stretch this long. */
  readonly spread: number
}

/** @throws {RangeError} there are no samples */
export function summarize(samples: ArrayLike<number>): Summary {
  return { median: quantile(samples, 0.5), spread: quantile(samples, 0.75) - quantile(samples, 0.25) }
}

/** Each of `numerators` over the one of `denominators` that was measured in the same round. */
export function ratios(numerators: readonly number[], denominators: readonly number[]): number[] {
  return numerators.map((numerator, round) => numerator / (denominators[round] ?? Number.NaN))
}
