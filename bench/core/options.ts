/**
 * The command line of the core's benchmark.
 *
 * @module
 */
import { parseArgs } from 'node:util'
import { type CommonOptions, commonArguments, commonOptions, someOf } from '../harness/options.ts'
import { type RuntimeName, runtimeNames } from './runtimes/runtime.ts'

export interface Options extends CommonOptions {
  readonly runtimes: readonly RuntimeName[]
  /** Whether C is measured, too. */
  readonly native: boolean
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
      native: { type: 'boolean', default: true },
      runtimes: { type: 'string' },
      ...commonArguments,
    },
  })
  const { quick, native } = values
  const runtimes =
    values.runtimes === undefined
      ? quick
        ? (['node'] as const)
        : runtimeNames
      : someOf('runtimes', values.runtimes, runtimeNames)
  return { ...commonOptions(values), native, runtimes }
}
