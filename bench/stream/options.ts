/**
 * The command line of the streams' benchmark.
 *
 * @module
 */
import { parseArgs } from 'node:util'
import { type CommonOptions, commonArguments, commonOptions, someOf } from '../harness/options.ts'
import { type RuntimeName, runtimeNames } from './runtimes/runtime.ts'

export interface Options extends CommonOptions {
  readonly runtimes: readonly RuntimeName[]
}

export const usage = `npm run bench -- stream [options]
  --runtimes a,b     which of ${runtimeNames.join(', ')} (default: all)
  --quick            few records: for a look, not for figures
  --seed N           of what is drawn, and of the order of rounds (default 1)
  --json FILE        the rows
  --markdown FILE    the report, its chart beside it (default: bench/results/stream.md; quick: none)`

/** @throws {Error} that says what is wrong with them */
export function parseOptions(args: readonly string[]): Options {
  const { values } = parseArgs({
    args: [...args],
    options: {
      runtimes: { type: 'string', default: runtimeNames.join(',') },
      ...commonArguments,
    },
  })
  const runtimes = someOf('runtimes', values.runtimes, runtimeNames)
  return { ...commonOptions(values), runtimes }
}
