/** Whose word counts, of hosts that have a name of their own and of strangers that have but said one. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { Lineage } from '../../runtime-ts/src/engine/lineage.ts'
import { Peers, type Standing } from '../../runtime-ts/src/engine/peer.ts'
import type { Epoch, Version } from '../../runtime-ts/src/engine/types.ts'

const standing = (host: string, epoch: number): Standing => ({
  host,
  epoch: epoch as Epoch,
  lineage: Lineage.empty,
  durable: 1 as Version,
  settled: 1 as Version,
})
const isSingleton = (name: string): boolean => name !== 'tab'

describe('of a singleton', () => {
  test('the younger generation counts, and the older one is over', () => {
    const peers = new Peers(isSingleton)
    expect(peers.hear(standing('edge#b', 1))).toBe('newer')
    expect(peers.hear(standing('edge#a', 9))).toBe('older')
    expect(peers.hear(standing('edge#c', 1))).toBe('newer')
    expect(peers.hear(standing('edge#b', 9))).toBe('older')
  })
})

describe('of strangers', () => {
  test('one that claims the youngest generation and the last epoch speaks for itself alone', () => {
    const peers = new Peers(isSingleton)
    peers.hear(standing('tab#a', 5))
    expect(peers.hear(standing('tab#~~~~', Number.MAX_SAFE_INTEGER))).toBe('newer')
    expect(peers.hear(standing('tab#a', 5))).toBe('same')
    expect(peers.hear(standing('tab#a', 6))).toBe('newer')
  })

  test('as many as there are tabs of one app are heard side by side, each held to its own newest epoch', () => {
    const word = fc.record({ generation: fc.constantFrom('a', 'b', 'c', 'd'), epoch: fc.integer({ min: 1, max: 9 }) })
    let fenced = 0
    let taken = 0
    fc.assert(
      fc.property(fc.array(word, { minLength: 5, maxLength: 40 }), (words) => {
        const peers = new Peers(isSingleton)
        const newest = new Map<string, number>()
        for (const { generation, epoch } of words) {
          const isOlder = epoch < (newest.get(generation) ?? 0)
          expect(peers.hear(standing(`tab#${generation}`, epoch)) === 'older').toBe(isOlder)
          if (isOlder) fenced += 1
          else {
            taken += 1
            newest.set(generation, epoch)
          }
        }
        for (const [generation, epoch] of newest) expect(peers.epochOf(`tab#${generation}`)).toBe(epoch)
      }),
    )
    expect(Math.min(fenced, taken)).toBeGreaterThan(100)
  })

  test('however many come, no singleton is forgotten, and of strangers the one heard of longest ago is', () => {
    const peers = new Peers(isSingleton)
    peers.hear(standing('edge#a', 7))
    for (let index = 0; index <= 10_000; index += 1) peers.hear(standing(`tab#${index}`, 1))
    expect(peers.epochOf('edge#a')).toBe(7)
    expect([peers.epochOf('tab#0'), peers.epochOf('tab#1')]).toEqual([0, 1])
    expect(peers.newest(5)).toEqual(['edge#a'])
  })
})
