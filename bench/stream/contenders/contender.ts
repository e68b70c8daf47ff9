/**
 * Who takes part, and what each must offer.
 *
 * @module
 */
export const contenderNames = ['speculative', 'k=0', 'by-hand'] as const
export type ContenderName = (typeof contenderNames)[number]

/** What has become of one message: how long after it was sent, in milliseconds. */
export interface Latency {
  /** Its results are where they go: they may still be taken back. `undefined`: they aren't seen before they are committed. */
  readonly seen_ms: number | undefined
  readonly committed_ms: number
}

export interface Contender {
  /**
   * Takes batches of records as fast as it can. Resolves when all of it is durable, and all results are where they go and
   * can't be undone.
   *
   * @param results so many come of it
   * @throws {Error} there are more, or they don't come
   */
  feed(batches: Iterable<readonly unknown[]>, results: number): Promise<void>
  /** Takes one message that is known to come to results. */
  one(records: readonly unknown[]): Promise<Latency>
  close(): Promise<void>
}
