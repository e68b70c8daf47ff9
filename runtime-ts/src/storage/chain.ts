/**
 * Which numbers of a store count, and the commits that stand there.
 *
 * The newest record says where the live part begins (`head`) and which claim counts; each claim says what it dropped. Every
 * number that remains must be there: a hole is damage, never skipped.
 *
 * @module
 */
import type { Cells } from './cells.ts'
import type { Segment, Version } from './contract.ts'
import { corrupt, decodeRecord, type StoredRecord } from './record.ts'

/** A live commit's place. */
export interface Entry {
  readonly version: number
  /** Number of its first part. */
  readonly from: number
  readonly bytes: number
  readonly wakeAt_ms: number | undefined
}

/** The newest record, and the claims that count, newest first. */
export interface Chain {
  readonly newest: StoredRecord
  readonly claims: readonly StoredRecord[]
}

/**
 * Finds the claims: every one at or above the head, and the newest one below it while it exists.
 *
 * @returns `undefined` on a store that nobody has claimed yet
 */
export async function findChain(cells: Cells): Promise<Chain | undefined> {
  const last = await cells.newest()
  if (last === undefined || last.number === 0) return undefined
  const newest = decodeRecord(last.value, last.number)
  if (newest.kind === 'store') throw corrupt(`kind of value ${last.number}`, 'claim or commit', 'store')
  if (newest.part !== newest.parts - 1) throw corrupt('last part of the newest commit', newest.parts - 1, newest.part)
  const claims: StoredRecord[] = []
  let at = newest.kind === 'claim' ? newest.number : newest.claim
  if (at === 0) throw corrupt(`claim of value ${last.number}`, 'a claim', 0)
  while (at > 0) {
    const value = at === newest.number ? last.value : await cells.get(at)
    const isGone = value === undefined && claims.length > 0 && at < newest.head
    if (isGone) break
    const claim = decodeRecord(value, at)
    if (claim.kind !== 'claim') throw corrupt(`kind of value ${at}`, 'claim', claim.kind)
    if (claim.claim >= claim.from) throw corrupt(`claim before claim ${at}`, `below ${claim.from}`, claim.claim)
    claims.push(claim)
    if (at < newest.head) break
    at = claim.claim
  }
  return { newest, claims }
}

/** @returns the numbers that count, as ascending ranges `[from, to)`, some of them empty */
function liveRanges({ newest, claims }: Chain): { from: number; to: number }[] {
  const ranges: { from: number; to: number }[] = []
  let from = newest.head
  for (const claim of claims.toReversed()) {
    if (claim.number < newest.head) continue
    ranges.push({ from, to: claim.from })
    from = claim.number
  }
  ranges.push({ from, to: newest.number + 1 })
  return ranges
}

/**
 * Reads the live commits in order, checking everything.
 *
 * @param found is told each commit's place before it is handed out
 */
export async function* readChain(cells: Cells, chain: Chain, found: (entry: Entry) => void): AsyncGenerator<Segment> {
  let epoch = 0
  let version = 0
  for (const range of liveRanges(chain)) {
    let parts: StoredRecord[] = []
    for (let from = range.from; from < range.to; from += cells.values_per_read) {
      const to = Math.min(from + cells.values_per_read, range.to)
      const values = await cells.read(from, to)
      if (values.length !== to - from) throw corrupt(`values ${from} to ${to - 1}`, to - from, values.length)
      for (const [index, value] of values.entries()) {
        const record = decodeRecord(value, from + index)
        if (record.epoch < epoch) throw corrupt(`epoch of value ${record.number}`, `at least ${epoch}`, record.epoch)
        epoch = record.epoch
        if (record.kind === 'claim' && parts.length === 0) continue
        parts.push(checkPart(record, parts))
        if (parts.length < record.parts) continue
        if (record.version <= version) {
          throw corrupt(`version of value ${record.number}`, `above ${version}`, record.version)
        }
        version = record.version
        const bytes = join(parts)
        found({ version, from: record.from, bytes: bytes.length, wakeAt_ms: record.wakeAt_ms })
        yield { version: brand(version), bytes }
        parts = []
      }
    }
    if (parts.length > 0) throw corrupt(`parts before value ${range.to}`, parts[0]?.parts, parts.length)
  }
}

function checkPart(record: StoredRecord, before: readonly StoredRecord[]): StoredRecord {
  const first = before[0] ?? record
  const isNext =
    record.kind === 'commit' &&
    record.part === before.length &&
    record.parts === first.parts &&
    record.version === first.version &&
    record.from === first.number
  if (!isNext)
    throw corrupt(`value ${record.number}`, `part ${before.length} of a commit`, `${record.kind} ${record.part}`)
  return record
}

/** @returns bytes that nobody else holds */
function join(parts: readonly StoredRecord[]): Uint8Array {
  const [first] = parts
  if (first !== undefined && parts.length === 1) return first.body
  const bytes = new Uint8Array(parts.reduce((sum, part) => sum + part.body.length, 0))
  let at = 0
  for (const part of parts) {
    bytes.set(part.body, at)
    at += part.body.length
  }
  return bytes
}

function brand(version: number): Version {
  return version as Version
}
