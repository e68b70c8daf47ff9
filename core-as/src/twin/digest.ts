/**
 * The digest: equal for equal states, whatever memory they take and whatever keys their tables are hashed with.
 *
 * @module
 */
import { xxh32End, xxh32Mix, xxh32Words } from '../xxh32.ts'
import type { State } from './state.ts'

/** XXH32 of the log's bytes, then its rounds over: where it stands, what is pending, and the sum of the entries' hashes. */
export function digest(state: State): number {
  const { log, pending, tables } = state
  let hash = xxh32Words(log.words, log.start >>> 2, log.end - log.start, 0) | 0
  const start = log.base + log.start
  hash = xxh32Mix(hash, start | 0)
  hash = xxh32Mix(hash, start / 0x1_0000_0000)
  hash = xxh32Mix(hash, log.sealed - log.start)
  for (let at = pending.next(log.start, log.end); at < log.end; at = pending.next(at + 8, log.end)) {
    hash = xxh32Mix(hash, (at - log.start) >>> 3)
  }
  return xxh32End(xxh32Mix(hash, tables.digest()))
}
