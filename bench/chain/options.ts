/**
 * The command line of the chains' benchmark.
 *
 * @module
 */
import { parseArgs } from 'node:util'
import { type CommonOptions, commonArguments, commonOptions, someOf } from '../harness/options.ts'

export const partNames = ['node', 'workerd', 'processes', 'wire', 'rollback', 'recovery'] as const
export type PartName = (typeof partNames)[number]

export interface Options extends CommonOptions {
  readonly parts: readonly PartName[]
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
      parts: { type: 'string', default: partNames.join(',') },
      ...commonArguments,
    },
  })
  const parts = someOf('parts', values.parts, partNames)
  return { ...commonOptions(values), parts }
}
