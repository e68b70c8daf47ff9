/** The digest: equal for equal states, whatever memory they take and whatever keys their tables are hashed with. */
import { Log } from './log'
import { PendingSet } from './pending-set'
import { Tables } from './tables'
import { xxh32, xxh32End, xxh32Mix } from './xxh32'

/** XXH32 of the log's bytes, then its rounds over: where it stands, what is pending, and the sum of the entries' hashes. */
export function digest(): u32 {
  let hash = xxh32(Log.start, <u32>(Log.end - Log.start), 0)
  const start = <u64>Log.lsn(Log.start)
  hash = xxh32Mix(hash, <u32>start)
  hash = xxh32Mix(hash, <u32>(start >> 32))
  hash = xxh32Mix(hash, <u32>(Log.sealed - Log.start))
  for (let at = PendingSet.next(Log.start); at < Log.end; at = PendingSet.next(at + 8)) {
    hash = xxh32Mix(hash, <u32>(at - Log.start) >> 3)
  }
  return xxh32End(xxh32Mix(hash, Tables.digest()))
}
