/**
 * Hostile bytes: random and mutated frames, steps, segments and vectors for both cores (test/fuzz/).
 *
 *     node core-as/fuzz.ts --rounds 1000000 --seed 1
 *
 * Prints how often each answer was given. On the first wrong one it prints the round, the seed and the input, and ends with 1.
 *
 * @module
 */
import { parseArgs } from 'node:util'
import { fuzz } from './test/fuzz/fuzz.ts'

const { values } = parseArgs({
  options: { rounds: { type: 'string', default: '1000000' }, seed: { type: 'string', default: '1' } },
})
const rounds = Number(values.rounds)
const seed = Number(values.seed)
if (!Number.isSafeInteger(rounds) || !Number.isSafeInteger(seed)) {
  console.error(`expected whole numbers, got --rounds ${values.rounds} --seed ${values.seed}`)
  process.exit(2)
}

const started_ms = performance.now()
const elapsed_s = () => Math.round((performance.now() - started_ms) / 1000)
try {
  const counts = await fuzz(rounds, seed, (done) => console.error(`${done} rounds, ${elapsed_s()} s`))
  for (const [answer, count] of [...counts].sort(([left], [right]) => left.localeCompare(right))) {
    console.log(`${count.toString().padStart(9)}  ${answer}`)
  }
  console.log(`${rounds} rounds of seed ${seed}: every answer right, no trap, no trace, in ${elapsed_s()} s`)
} catch (error) {
  console.error(error instanceof Error ? error.message : error)
  process.exit(1)
}
