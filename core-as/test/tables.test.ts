import { expect, test } from 'vitest'
import { keyedHash } from '../src/twin/keyed-hash.ts'
import { ingest, limits, text } from './frames.ts'
import { makers } from './pair.ts'

const PRODUCERS = 0

/** The hash that both cores give a producer's id of eight characters under `limits.hash_key`. */
function hashOf(id: string): number {
  const words = new Uint32Array(new Uint8Array(text(id)).buffer)
  const key = new Uint32Array(limits.hash_key.slice().buffer)
  const [k0 = 0, k1 = 0, k2 = 0, k3 = 0] = key
  return keyedHash(k0 ^ k2, k1 ^ k3, words, 0, 2, (8 << 16) | PRODUCERS)
}

/** Two ids whose hashes are the same in all 32 bits: among 200,000 there are about five such pairs. */
function colliding(): readonly [string, string] {
  const seen = new Map<number, string>()
  for (let nth = 0; nth < 200_000; nth++) {
    const id = nth.toString().padStart(8, '0')
    const hash = hashOf(id)
    const other = seen.get(hash)
    if (other !== undefined) return [other, id]
    seen.set(hash, id)
  }
  throw new Error('no two ids collide')
}

test('producers whose hashes collide are told apart: no message is lost', () => {
  const [one, other] = colliding()
  for (const make of makers) {
    const core = make(limits)
    expect(ingest(core, { producer: one, messages: ['a', 'b'] }).accepted).toBe(2)
    expect(ingest(core, { producer: other, messages: ['a'] })).toMatchObject({ accepted: 1, duplicates: 0 })
    expect([core.expected(text(one)), core.expected(text(other))]).toEqual([3, 2])
  }
})

test('another key gives other hashes: who does not know it can choose no collisions', () => {
  const [one, other] = colliding()
  const hash = (id: string) => keyedHash(1, 2, new Uint32Array(new Uint8Array(text(id)).buffer), 0, 2, 8 << 16)
  expect(hash(one)).not.toBe(hash(other))
})
