/**
 * What flows: records, what is made of them, and how it is told that all of it has come out.
 *
 * @module
 */
import type { Message, MessageType, Participant } from '@darq/runtime'

export const workloadNames = ['lateness', 'trends'] as const
export type WorkloadName = (typeof workloadNames)[number]

/** A value with its JSON beside it for those who are sent text. */
export interface Workload<T = unknown> {
  readonly name: WorkloadName
  /** The participants where the records arrive, and where the results do. */
  readonly source: Participant
  readonly sink: Participant
  /** Where records go. */
  readonly record: { many(bodies: readonly T[]): Message<'send'> } & MessageType<unknown>
  /** How many results there are. */
  readonly count: () => Message<'query', number>
  /** @returns records from one number to another: the same for the same numbers, the later the later in event time */
  records(from: number, to: number): readonly T[]
  /** A record that closes every window before it. */
  last(to: number): T
  /** The same done by hand, from text to results. */
  byHand(): ByHand
}

/** What somebody would write who has a map and a loop. */
export interface ByHand {
  /**
   * @param text a JSON list of records
   * @returns what the store must keep of this batch: values by key, `undefined` for those that are gone; results are counted
   */
  take(text: string): Map<string, string | undefined>
  readonly results: number
}
