/**
 * Rounds of hostile bytes for both cores and both implementations of vectors.
 *
 * @module
 */
import { twin, twinVectors } from '../../src/twin.ts'
import { wasm, wasmVectors } from '../../src/wasm.ts'
import { CoreFuzz } from './core-fuzz.ts'
import { numbers } from './hostile-bytes.ts'
import { VectorsFuzz } from './vectors-fuzz.ts'

/**
 * @param progress called every 50,000 rounds
 * @returns how often each answer was given
 * @throws {Error} naming the round and its input: what was answered wrongly, or which trace a refusal left
 */
export async function fuzz(
  rounds: number,
  seed: number,
  progress?: (done: number) => void,
): Promise<Map<string, number>> {
  const next = numbers(seed)
  const counts = new Map<string, number>()
  const core = new CoreFuzz(next, [await wasm(), twin()], counts)
  const vectors = new VectorsFuzz(next, [await wasmVectors(), twinVectors()], counts)
  for (let round = 0; round < rounds; round++) {
    const target = next(6) === 0 ? vectors : core
    try {
      target.round()
    } catch (error) {
      const input = Buffer.from(target.input).toString('hex')
      throw new Error(`round ${round} of seed ${seed}: ${error}\ninput: ${input}`, { cause: error })
    }
    if (round % 50_000 === 49_999) progress?.(round + 1)
  }
  return counts
}
