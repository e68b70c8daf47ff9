/**
 * The command line of the core's benchmark.
 *
 * @module
 */
import { parseArgs } from 'node:util'
import { type RuntimeName, runtimeNames } from './runtimes/runtime.ts'

export interface Options {
  readonly quick: boolean
  readonly runtimes: readonly RuntimeName[]
  /** Whether C is measured, too. */
  readonly native: boolean
  readonly seed: number
  /** `undefined`, here and below: the default of a full run, nothing for a quick one. */
  readonly json: string | undefined
  readonly markdown: string | undefined
}

export const usage = `npm run bench -- core [options]
  --runtimes a,b     which of ${runtimeNames.join(', ')} (default: all; quick: node)
  --no-native        without C as the floor
  --quick            one size of each workload, short: for a look, not for figures
  --seed N           of the order of rounds (default 1)
  --json FILE        the rows (default: bench/results/core.json; quick: none)
  --markdown FILE    the report, its charts beside it (default: bench/results/core.md; quick: none)`

/** @throws {Error} that says what is wrong with them */
export function parseOptions(args: readonly string[]): Options {
  const { values } = parseArgs({
    args: [...args],
    allowNegative: true,
    options: {
      quick: { type: 'boolean', default: false },
      native: { type: 'boolean', default: true },
      runtimes: { type: 'string' },
      seed: { type: 'string', default: '1' },
      json: { type: 'string' },
      markdown: { type: 'string' },
    },
  })
  const { quick, native, json, markdown } = values
  const seed = Number(values.seed)
  if (!Number.isInteger(seed) || seed < 0) throw new Error(`--seed: expected a whole number, got ${values.seed}`)
  const asked = values.runtimes?.split(',') ?? (quick ? ['node'] : runtimeNames)
  const runtimes = runtimeNames.filter((name) => asked.includes(name))
  const unknown = asked.find((name) => !runtimes.some((known) => known === name))
  if (unknown !== undefined)
    throw new Error(`--runtimes: expected some of ${runtimeNames.join(', ')}, got '${unknown}'`)
  return { quick, native, runtimes, seed, json, markdown }
}
