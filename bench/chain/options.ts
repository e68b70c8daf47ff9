/**
 * The command line of the chains' benchmark.
 *
 * @module
 */
import { parseArgs } from 'node:util'

export const partNames = ['node', 'workerd', 'processes', 'wire', 'rollback', 'recovery'] as const
export type PartName = (typeof partNames)[number]

export interface Options {
  readonly quick: boolean
  readonly parts: readonly PartName[]
  readonly seed: number
  /** `undefined`: the default of a full run, nothing for a quick one. */
  readonly json: string | undefined
  readonly markdown: string | undefined
}

export const usage = `npm run bench -- chain [options]
  --parts a,b      which of ${partNames.join(', ')} (default: all)
  --quick          short rounds, few chains: for a look, not for figures
  --seed N         of the order of rounds, and of the random graphs (default 1)
  --json FILE      the rows (default: bench/results/chain.json; quick: none)
  --markdown FILE  the report, its charts beside it (default: bench/results/chain.md; quick: none)`

/** @throws {Error} that says what is wrong with them */
export function parseOptions(args: readonly string[]): Options {
  const { values } = parseArgs({
    args: [...args],
    options: {
      quick: { type: 'boolean', default: false },
      parts: { type: 'string', default: partNames.join(',') },
      seed: { type: 'string', default: '1' },
      json: { type: 'string' },
      markdown: { type: 'string' },
    },
  })
  const { quick, json, markdown } = values
  const seed = Number(values.seed)
  if (!Number.isInteger(seed) || seed < 0) throw new Error(`--seed: expected a whole number, got ${values.seed}`)
  const asked = values.parts.split(',')
  const parts = partNames.filter((name) => asked.includes(name))
  const unknown = asked.find((name) => !parts.some((known) => known === name))
  if (unknown !== undefined) throw new Error(`--parts: expected some of ${partNames.join(', ')}, got '${unknown}'`)
  return { quick, parts, seed, json, markdown }
}
