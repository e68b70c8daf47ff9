/**
 * The faults that a simulation knows. Each is counted where it really takes effect, not where it was planned.
 *
 * @module
 */

/** Faults under which every guarantee must hold. */
export const faultKinds = [
  'crash', // a host's process dies; what is not durable is lost
  'freeze', // a host's process stops, and goes on later
  'takeover', // a second owner opens the store of a frozen host
  'second_owner', // a second owner opens the store of a running host
  'frame_lost',
  'frame_repeated',
  'frame_delayed',
  'frame_reordered',
  'partition', // one direction between two hosts
  'request_lost', // of a client, before it reached the host
  'answer_lost', // to a client, after it was carried out
  'commit_slow',
  'commit_failed',
  'commit_unknown', // written, but the writer gets an error
  'commit_in_flight_at_crash',
  'quota',
  'disconnected',
  'handler_threw', // before it did anything
  'handler_died', // after it had done everything
  'processor_died', // its memory is gone, in the middle of a delivery
  'bad_step', // a processor consumes what is not pending, twice, or from an old incarnation
  'clock_jump',
] as const

/** Faults that break what a storage promises: then it is enough that it is told (G10). */
export const lossKinds = ['tail_lost', 'torn', 'wiped', 'restored'] as const

export type FaultKind = (typeof faultKinds)[number] | (typeof lossKinds)[number]

export type FaultCounts = Record<FaultKind, number>

export function noFaults(): FaultCounts {
  const counts = {} as FaultCounts
  for (const kind of [...faultKinds, ...lossKinds]) counts[kind] = 0
  return counts
}
