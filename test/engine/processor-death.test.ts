/** @module A processor that has died is made anew after a pause, whatever comes meanwhile. */
import { openEngine, type Processor } from '@darq/runtime/engine'
import { hostileValues } from '@darq/runtime/testing/hostile'
import fc from 'fast-check'
import { beforeEach, describe, expect, test, vi } from 'vitest'
import { faultyMemory } from '../../runtime-ts/src/storage/memory-faults.ts'
import { id, messages, sequence, VirtualClock } from './world.ts'

const { thrown } = hostileValues(fc)

// An onError that throws is told on the console.
beforeEach(() => void vi.spyOn(console, 'error').mockReturnValue())

/** Where a processor fails. */
const places = ['restore', 'deliver', 'deliver and detached'] as const

describe.each(places)('a processor that throws in %s', (place) => {
  test('is made anew with pauses that double, though messages come and it is asked for all the time', () =>
    fc.assert(
      fc.asyncProperty(thrown, async ({ make }) => {
        const clock = new VirtualClock()
        const made_ms: number[] = []
        const reported: string[] = []
        const fails = (): never => {
          throw make()
        }
        const processor = (): Processor => {
          made_ms.push(clock.now_ms())
          return {
            restore: place === 'restore' ? fails : () => {},
            deliver: fails,
            detached: place === 'deliver and detached' ? fails : () => {},
          }
        }
        const engine = await openEngine({
          name: 'host',
          storage: faultyMemory(),
          clock,
          random: () => 0.5,
          core: 'typescript',
          processor,
          onError: ({ code }, where) => {
            reported.push(`${where}: ${code}`)
            throw make()
          },
        })
        for (let round = 1; round <= 60; round += 1) {
          try {
            engine.darq('a').enqueue(id(''), sequence(0), messages('one'))
          } catch {
            // It could not be restored: who asks is told.
          }
          await clock.advance(50)
        }
        await engine.close()
        // 100 ms, 200, 400, 800, 1,600: within three seconds no more than these.
        expect(made_ms.length).toBeLessThanOrEqual(6)
        expect(made_ms.length).toBeGreaterThan(3)
        for (const [index, at_ms] of made_ms.slice(1).entries())
          expect(at_ms - (made_ms[index] ?? 0)).toBeGreaterThanOrEqual(100 * 2 ** index)
        expect(reported.length).toBeGreaterThanOrEqual(made_ms.length)
      }),
      { numRuns: 15 },
    ))
})
