/**
 * What comes of a search, and how far it may go.
 *
 * @module
 */
export interface Found {
  readonly message: string
  /** The choices that lead to it, by their places among those that there were. */
  readonly path: readonly number[]
}

export interface Explored {
  readonly scope: string
  readonly k: number
  readonly states: number
  /** Choices that were made. */
  readonly transitions: number
  /** States in which nothing can move. */
  readonly ends: number
  /** The longest of the shortest ways. */
  readonly depth: number
  /** States of single hosts, and what events did in them: so often was the engine run. */
  readonly stations: number
  readonly moves: number
  /** All states were visited. */
  readonly complete: boolean
  readonly seconds: number
  readonly found: Found | undefined
}

export interface Limits {
  readonly states_max?: number
  readonly seconds_max?: number
  /** Whenever a host's state is reached again, look whether it does what it did: the proof of the hash. */
  readonly checkMerges?: boolean
  readonly progress?: (search: Progress) => void
}

/** How far it is. */
export interface Progress {
  readonly states: number
  readonly transitions: number
  /** States to go on from. */
  readonly waiting: number
  readonly depth: number
  readonly stations: number
  readonly moves: number
  readonly seconds: number
}
