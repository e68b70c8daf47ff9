/**
 * The command line of the pipeline's benchmark.
 *
 * @module
 */
import { parseArgs } from 'node:util'
import { type RuntimeName, runtimeNames } from './runtimes/runtime.ts'

export interface Options {
  readonly quick: boolean
  readonly runtimes: readonly RuntimeName[]
  /** `undefined`: the plan's own. */
  readonly producers: readonly number[] | undefined
  readonly seed: number
  readonly json: string | undefined
  /** `undefined`: the default of a full run, nothing for a quick one. */
  readonly markdown: string | undefined
}

export const usage = `npm run bench -- pipeline [options]
  --runtimes a,b     which of ${runtimeNames.join(', ')} (default: all)
  --producers 1,64   how many closed loops at once (default: 1,64,1024; quick: 1,16,64)
  --quick            short rounds, small stores: for a look, not for figures
  --seed N           of the order of rounds (default 1)
  --json FILE        the rows
  --markdown FILE    the report, its charts beside it (default: bench/results/pipeline.md; quick: none)`

/** @throws {Error} that says what is wrong with them */
export function parseOptions(args: readonly string[]): Options {
  const { values } = parseArgs({
    args: [...args],
    options: {
      quick: { type: 'boolean', default: false },
      runtimes: { type: 'string', default: runtimeNames.join(',') },
      producers: { type: 'string' },
      seed: { type: 'string', default: '1' },
      json: { type: 'string' },
      markdown: { type: 'string' },
    },
  })
  const { quick, json, markdown } = values
  const seed = Number(values.seed)
  if (!Number.isInteger(seed) || seed < 0) throw new Error(`--seed: expected a whole number, got ${values.seed}`)
  const asked = values.runtimes.split(',')
  const runtimes = runtimeNames.filter((name) => asked.includes(name))
  const unknown = asked.find((name) => !runtimes.some((known) => known === name))
  if (unknown !== undefined)
    throw new Error(`--runtimes: expected some of ${runtimeNames.join(', ')}, got '${unknown}'`)
  const producers = values.producers?.split(',').map(Number)
  if (producers?.some((count) => !Number.isInteger(count) || count < 1))
    throw new Error(`--producers: expected counts, got ${values.producers}`)
  return { quick, runtimes, producers, seed, json, markdown }
}
