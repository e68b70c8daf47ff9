/** XXH32, the 32-bit checksum of Yann Collet's xxHash (specification 0.1.1). */

const PRIME_1: u32 = 0x9e3779b1
const PRIME_2: u32 = 0x85ebca77
const PRIME_3: u32 = 0xc2b2ae3d
const PRIME_4: u32 = 0x27d4eb2f
const PRIME_5: u32 = 0x165667b1

export function xxh32(from: usize, bytes: u32, seed: u32): u32 {
  let at = from
  const end = from + bytes
  let hash: u32
  if (bytes >= 16) {
    let lane1 = seed + PRIME_1 + PRIME_2
    let lane2 = seed + PRIME_2
    let lane3 = seed
    let lane4 = seed - PRIME_1
    for (const last = end - 16; at <= last; at += 16) {
      lane1 = rotl<u32>(lane1 + load<u32>(at) * PRIME_2, 13) * PRIME_1
      lane2 = rotl<u32>(lane2 + load<u32>(at, 4) * PRIME_2, 13) * PRIME_1
      lane3 = rotl<u32>(lane3 + load<u32>(at, 8) * PRIME_2, 13) * PRIME_1
      lane4 = rotl<u32>(lane4 + load<u32>(at, 12) * PRIME_2, 13) * PRIME_1
    }
    hash = rotl<u32>(lane1, 1) + rotl<u32>(lane2, 7) + rotl<u32>(lane3, 12) + rotl<u32>(lane4, 18)
  } else {
    hash = seed + PRIME_5
  }
  hash += bytes
  for (; at + 4 <= end; at += 4) hash = xxh32Mix(hash, load<u32>(at))
  for (; at < end; at++) hash = rotl<u32>(hash + <u32>load<u8>(at) * PRIME_5, 11) * PRIME_1
  return xxh32End(hash)
}

/** XXH32's round for one word of the tail. */
// @ts-ignore: decorator
@inline
export function xxh32Mix(hash: u32, value: u32): u32 {
  return rotl<u32>(hash + value * PRIME_3, 17) * PRIME_4
}

/** XXH32's avalanche. */
export function xxh32End(hash: u32): u32 {
  let mixed = (hash ^ (hash >> 15)) * PRIME_2
  mixed = (mixed ^ (mixed >> 13)) * PRIME_3
  return mixed ^ (mixed >> 16)
}
