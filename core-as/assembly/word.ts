/** 32-bit words and the u64s of the format, which are all below 2^53. */

// @ts-ignore: decorator
@inline
export function word(at: usize): u32 {
  return load<u32>(at)
}

// @ts-ignore: decorator
@inline
export function putWord(at: usize, value: u32): void {
  store<u32>(at, value)
}

// @ts-ignore: decorator
@inline
export function long(at: usize): u64 {
  return load<u64>(at)
}

// @ts-ignore: decorator
@inline
export function putLong(at: usize, value: u64): void {
  store<u64>(at, value)
}

/** `bytes` rounded up to a multiple of 8. */
// @ts-ignore: decorator
@inline
export function padded(bytes: u32): u32 {
  return (bytes + 7) & ~7
}

/** The high word of every u64 in the format is at most this. */
export const HIGH_WORD_MAX: u32 = 0x1fffff

/** The kinds of record (`Kind` in src/core.ts). */
export namespace Kind {
  export const IN: u32 = 1
  export const MESSAGE: u32 = 2
  export const OUT: u32 = 3
  export const SELF: u32 = 4
  export const CHECKPOINT: u32 = 5
  export const TIMER: u32 = 6
  export const COMPLETION: u32 = 7
  export const TABLES: u32 = 8
  export const SEGMENT: u32 = 9
}

/** The kind of the item at `at`. */
// @ts-ignore: decorator
@inline
export function kindAt(at: usize): u32 {
  return load<u8>(at, 4)
}
