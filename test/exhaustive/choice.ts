/**
 * What can happen next in a world.
 *
 * @module
 */

export const budgets = ['crashes', 'losses', 'repeats', 'takeovers', 'early'] as const
/** What a scope has only so many of. */
export type Budget = (typeof budgets)[number]

export interface Choice {
  readonly host: number
  /** What happens at that host; nothing when a frame is lost. */
  readonly event: number | undefined
  /** The frame that is taken off its way: by its direction, and its place there. */
  readonly takes: { readonly direction: number; readonly place: number } | undefined
  /** Of which it takes one. */
  readonly budget: Budget | undefined
  /** Counted by the scope or of no use: the world must come to its end without. */
  readonly isFault: boolean
}

/** Something happens at a host by itself. */
export const plainly = (host: number, event: number): Choice => ({
  host,
  event,
  takes: undefined,
  budget: undefined,
  isFault: false,
})

/** A host is there from now on. */
export const beginning = (host: number): Choice => ({
  host,
  event: undefined,
  takes: undefined,
  budget: undefined,
  isFault: false,
})

export const fault = (host: number, event: number, budget: Budget): Choice => ({
  ...plainly(host, event),
  budget,
  isFault: true,
})
