/**
 * The `Core` interface: one DARQ's log, its pending set and its dedup table.
 *
 * Two implementations stand behind it, {@link wasm} and {@link twin}; for the same calls they give byte-identical logs and
 * identical answers. A core never does I/O, reads no clock, and never throws on bytes: whatever comes from outside is
 * answered with a code, and a refused call leaves no trace. The layout of every record is in FORMAT.md.
 *
 * @module
 */

declare const brand: unique symbol

/** A position in one DARQ's log: a byte offset from the log's first byte ever, 8-aligned, below 2^53. */
export type Lsn = number & { readonly [brand]: 'lsn' }

/** The kinds of record, as they stand at byte 4 of every record (FORMAT.md). */
export const Kind = {
  /** A batch of messages from one producer; its messages follow inside it. */
  in: 1,
  /** One message inside an `in` record. */
  message: 2,
  /** A message to another DARQ. */
  out: 3,
  /** A processor's own recovery record. */
  self: 4,
  /** All of a processor's state in one record; supersedes the checkpoint before it. */
  checkpoint: 5,
  /** A message with a due time. */
  timer: 6,
  /** Marks messages consumed; the last record of a step. */
  completion: 7,
  /** A copy of the dedup and channel tables, so that the log before it can be dropped. */
  tables: 8,
  /** The header of a segment: checksum and format version. */
  segment: 9,
} as const
export type Kind = (typeof Kind)[keyof typeof Kind]

export interface CoreLimits {
  /** The live log (head to end), in bytes. Past it `reserve` answers -1 and `ingest`/`step` answer `full`. */
  readonly log_bytes_max: number
  /** One message's payload, in bytes. Past it `ingest` and `step` answer `too_large`. */
  readonly message_bytes_max: number
  /** Entries in the dedup table and in the channel table, each. Past it a new producer or channel is answered with `full`. */
  readonly producers_max: number
  /** Idempotency keys that are remembered, 1 to 67,108,864: past it the oldest is forgotten. Default 65,536. */
  readonly keys_max?: number
  /** 16 random bytes: keys the tables' hash, so that strangers can't choose collisions. Never written to the log. */
  readonly hash_key: Uint8Array
}

/** `ingest`'s answer. One object per core, reused: read it before the next call. */
export interface Ingested {
  /**
   * `accepted`: appended, or wholly a repeat (`accepted` is 0 then). `gap`: first > expected, nothing changed.
   * `bad_frame`: the frame breaks FORMAT.md. `too_large`: a message is over `message_bytes_max`. `full`: a limit is reached.
   * `expired`: the producer is not known, and was born before others were forgotten: it may be one of them, and what became
   * of its messages is not known either. It must open a new id.
   */
  status: 'accepted' | 'gap' | 'bad_frame' | 'too_large' | 'full' | 'expired'
  /** LSN of the first message that was appended; of a repeated key, the LSN that its message got. 0 otherwise. */
  first: Lsn
  accepted: number
  duplicates: number
  /**
   * The producer's next expected sequence, after this call. 0 for a frame without sequences. For `expired`: the second since
   * 1970 before which unknown producers are refused.
   */
  expected: number
  /** The first sequence that came. For `expired`: the producer's birth, in seconds since 1970. */
  got: number
}

/** What a snapshot leaves out. Milliseconds since 1970, rounded down to seconds. */
export interface Forget {
  /**
   * Producers that tell their birth, and from whom nothing was accepted since then. From now on an unknown producer that was
   * born before then is refused with `expired`, also after a recovery: the snapshot says so.
   */
  readonly producers_before_ms?: number
  /** Idempotency keys that were accepted before then. They may be accepted again. */
  readonly keys_before_ms?: number
}

export interface Sealed {
  readonly from: Lsn
  readonly to: Lsn
  /** A view of the log's memory: good until the next call. `slice()` it before it goes anywhere. */
  readonly bytes: Uint8Array
}

/** One per DARQ. Views and reused objects are good until the next call. */
export interface Core {
  readonly limits: CoreLimits
  /** All of the core's memory. Replaced when the memory grows: read the property anew after every call. */
  readonly bytes: Uint8Array
  /** The same memory as little-endian 32-bit words. */
  readonly words: Uint32Array
  /** Up to `lsns_max` LSNs: the answer of `pending`, the argument of `acknowledge`. Replaced when the memory grows. */
  readonly lsns: Float64Array
  readonly lsns_max: number

  /** The first LSN that is still in memory; a segment's start. */
  readonly start: Lsn
  /** Where the next record goes. */
  readonly end: Lsn
  /** Where the sealed part ends: everything in `[sealed, end)` goes into the next segment. */
  readonly sealed: Lsn
  /** Offset in `bytes` of the record at `lsn`, which must be in `[start, end)`. No call into Wasm. */
  at(lsn: Lsn): number

  /**
   * Room for a frame of `bytes_max` bytes at the log's tail: the offset in `bytes` where to write it, or -1 when the log is
   * at its limit. Changes nothing that can be seen. The first record of the frame gets the LSN `reserved`. Good for one
   * frame that is taken, however many are refused before; a seal, snapshot, truncation, rewind or load ends it.
   */
  reserve(bytes_max: number): number
  /** The LSN that the first byte of the reserved frame will have (after the segment header, if one is due). */
  readonly reserved: Lsn

  /**
   * Takes the `in` record of `bytes` bytes that was written at the reserved place: checks, dedups, appends. All or nothing.
   * Of several reasons to refuse it, the first of these is given: `full` (it is longer than what is reserved), `bad_frame`,
   * `too_large`, `expired`, `gap`, `full` (too many producers).
   */
  ingest(bytes: number): Ingested
  /**
   * Takes one step of `bytes` bytes that was written at the reserved place: out, self, timer and checkpoint records, then one
   * completion. All or nothing. Fills in the sequences of the out records. The completion is the step's last record.
   * Of several reasons to refuse it, the first of these is given: `full` (it is longer than what is reserved), `bad_frame`,
   * `empty`, `too_large`, `full` (too many channels), `not_pending`.
   */
  step(bytes: number): 'done' | 'not_pending' | 'empty' | 'bad_frame' | 'too_large' | 'full'
  /** Marks the `count` out-messages in `lsns` delivered. Those that are not pending are passed over. Returns how many were. */
  acknowledge(count: number): number

  /** Is the item at `lsn` pending (unconsumed; for `out`: unacknowledged)? */
  isPending(lsn: Lsn): boolean
  /**
   * Fills `lsns` with the pending items at `from` or later whose kind's bit (`1 << kind`) is in `kinds`, in order, at most
   * `lsns_max`. Returns how many. Call again from the last one + 8 for more.
   */
  pending(from: Lsn, kinds: number): number
  /** How many items are pending: messages, self, timers, checkpoints (`unconsumed`) and outs (`unacknowledged`). */
  readonly unconsumed: number
  readonly unacknowledged: number
  /** The live checkpoint, or 0. (LSN 0 is a segment header, never a checkpoint.) */
  readonly checkpoint: Lsn | 0

  /** The next sequence expected of this producer; 1 if it is unknown. */
  expected(producer: Uint8Array): number
  /** The sequence that the next out-message to this DARQ gets; 1 if there was none. */
  outgoing(destination: Uint8Array): number

  /**
   * Appends the dedup and channel tables and the set of keys as records, so that the log before them may be dropped. It may
   * take the log past `log_bytes_max`, because it is what frees it; `full` only when the platform has no more memory, and
   * nothing changed then. What is to be forgotten is dropped first: only here, so that a recovery knows what was.
   */
  snapshot(forget?: Forget): 'done' | 'full'
  /** Bytes that a snapshot would append now, at most. */
  readonly snapshot_bytes: number
  /** Where the last snapshot stands, or `start` when there was none since. */
  readonly snapshotted: Lsn
  /** Closes the open segment (length, checksum). `undefined` when nothing came since the last seal. */
  seal(): Sealed | undefined
  /** The newest segment start that a truncation may move `start` to: nothing before it is pending, and the last snapshot is not before it. */
  readonly head: Lsn
  /**
   * Forgets everything before `to`, a segment's start that `head` gave. What `head` rests on must be safe by then: it is
   * taken at a seal, and applied when that seal is committed.
   *
   * @throws {RangeError} `to` is no segment's start, or beyond `head`
   */
  truncate(to: Lsn): void
  /**
   * Goes back to the state at `to`, the end of a sealed segment: later records, their dedup and their consumption are undone.
   * What was acknowledged stays so. Where the log was truncated, `to` must have a snapshot before it: only that knows the
   * producers of what was dropped.
   */
  rewind(to: Lsn): 'done' | 'not_a_boundary'
  /**
   * Appends one or more sealed segments and applies them. The first load of an empty core sets `start`. A refused load
   * changes nothing. `gap`: they don't begin at `end`, or a segment is open. The limits are for new work, and keep nothing
   * from being loaded; `full` only when the platform has no more memory. Every out-message is unacknowledged again.
   */
  load(segments: Uint8Array): 'ok' | 'corrupt' | 'newer_format' | 'gap' | 'full'
  /** XXH32 over the log, the pending set and both tables in a canonical order: equal for equal states. */
  digest(): number
  /** Bytes of memory in use, for reports. */
  readonly memory_bytes: number
}

export type CoreMaker = (limits: CoreLimits) => Core
