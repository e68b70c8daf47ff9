/**
 * A chain as the load sees it: a request enters at the first host, and its answer is released at the last.
 *
 * @module
 */

export interface Passage {
  /** The last host has taken it. `undefined`: this contender has no such grade. */
  readonly accepted: Promise<void> | undefined
  /** The last host's answer is released: it can't be undone any more. */
  readonly committed: Promise<unknown>
}

/** What all hosts of a chain have counted. */
export interface ChainCounts {
  readonly commits: number
  /** Those that arrived, where they go through the platform; else those that were sent. */
  readonly frames: number
  readonly questions: number
  /** In all vectors together. `undefined`: not counted there. */
  readonly dependencies: number | undefined
}

export interface Chain {
  /** One at a time in each loop: its next one when the last one is released. Loops are numbered from 0. */
  request(loop: number): Passage
  /** Since it was opened. `undefined`: there is nothing to count. */
  counts(): Promise<ChainCounts | undefined>
  close(): Promise<void>
}
