/**
 * The command line of the pipeline's benchmark.
 *
 * @module
 */
import { parseArgs } from 'node:util'
import { type CommonOptions, commonArguments, commonOptions, someOf } from '../harness/options.ts'
import { type RuntimeName, runtimeNames } from './runtimes/runtime.ts'

export interface Options extends CommonOptions {
  readonly runtimes: readonly RuntimeName[]
  /** `undefined`: the plan's own. */
  readonly producers: readonly number[] | undefined
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
      runtimes: { type: 'string', default: runtimeNames.join(',') },
      producers: { type: 'string' },
      ...commonArguments,
    },
  })
  const runtimes = someOf('runtimes', values.runtimes, runtimeNames)
  const producers = values.producers?.split(',').map(Number)
  if (producers?.some((count) => !Number.isInteger(count) || count < 1))
    throw new Error(`--producers: expected counts, got ${values.producers}`)
  return { ...commonOptions(values), runtimes, producers }
}
