/**
 * Which part keeps a key: the same for ever and everywhere, so that a restart finds what it has kept.
 *
 * @module
 */

/** @returns the number of a part, from 0 to `parallel - 1`: FNV-1a over the key's UTF-16 units, with its bits mixed */
export function partOf(key: string, parallel: number): number {
  let hash = 0x811c9dc5
  for (let index = 0; index < key.length; index += 1) hash = Math.imul(hash ^ key.charCodeAt(index), 0x01000193)
  // The low bits of FNV are weak, and a small `parallel` takes nothing else: MurmurHash3's finish.
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b)
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35)
  return ((hash ^ (hash >>> 16)) >>> 0) % parallel
}
