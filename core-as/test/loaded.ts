/**
 * The core as this platform loads it, against the twin. Plain, so that it can run anywhere.
 *
 * @module
 */
import { expect, test } from 'vitest'
import { Kind } from '../src/core.ts'
import { twin } from '../src/twin.ts'
import { wasm } from '../src/wasm.ts'
import { ingest, limits, logBytes, pending, sealed, step } from './frames.ts'

export function suite(): void {
  test('core.wasm is loaded here, and writes the same log as the twin', async () => {
    const makers = [await wasm(), twin()]
    const logs = makers.map((make) => {
      const core = make(limits)
      for (let nth = 1; nth <= 200; nth++) {
        expect(ingest(core, { producer: 'ann', first: nth, messages: ['x'.repeat(nth * 3)] }).accepted).toBe(1)
        expect(step(core, { consume: pending(core, Kind.message), send: [{ to: 'bob' }], checkpoint: 'c' })).toBe(
          'done',
        )
      }
      const again = make(limits)
      expect(again.load(sealed(core))).toBe('ok')
      expect(again.digest()).toBe(core.digest())
      return { digest: core.digest(), log: logBytes(core) }
    })
    expect(logs[0]).toEqual(logs[1])
  })

  test('core.wasm is compiled once, and its cores share nothing', async () => {
    const [one, other] = [(await wasm())(limits), (await wasm())(limits)]
    ingest(one, { messages: ['a'] })
    expect([one.unconsumed, other.unconsumed]).toEqual([1, 0])
    expect(one.bytes.buffer).not.toBe(other.bytes.buffer)
  })
}
