/** HalfSipHash-1-3 (Aumasson & Bernstein); see src/twin/keyed-hash.ts. */

/** Hashes an id that is padded with zeros to `bytes` bytes, then `ending`. */
export function keyedHash(key0: u32, key1: u32, id: usize, bytes: u32, ending: u32): u32 {
  let v0 = key0
  let v1 = key1
  let v2 = 0x6c796765 ^ key0
  let v3 = 0x74656462 ^ key1
  const last = id + bytes
  for (let at = id; at <= last + 12; at += 4) {
    let value: u32 = 0
    if (at < last) value = load<u32>(at)
    else if (at == last) value = ending
    else if (at == last + 4) v2 ^= 0xff
    v3 ^= value
    v0 += v1
    v1 = rotl<u32>(v1, 5) ^ v0
    v0 = rotl<u32>(v0, 16)
    v2 += v3
    v3 = rotl<u32>(v3, 8) ^ v2
    v0 += v3
    v3 = rotl<u32>(v3, 7) ^ v0
    v2 += v1
    v1 = rotl<u32>(v1, 13) ^ v2
    v2 = rotl<u32>(v2, 16)
    v0 ^= value
  }
  return v1 ^ v3
}
