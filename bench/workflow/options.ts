/**
 * The command line of the workflows' benchmark.
 *
 * @module
 */
import { parseArgs } from 'node:util'
import { type CommonOptions, commonArguments, commonOptions, someOf } from '../harness/options.ts'
import { type ContenderName, contenderNames } from './contenders/contender.ts'

export const partNames = ['steps', 'long', 'resume'] as const
export type PartName = (typeof partNames)[number]

export interface Options extends CommonOptions {
  readonly parts: readonly PartName[]
  /** Of the part `steps`. */
  readonly contenders: readonly ContenderName[]
}

export const usage = `npm run bench -- workflow [options]
  --parts a,b        which of ${partNames.join(', ')} (default: all)
  --contenders a,b   which of ${contenderNames.join(', ')} (default: all; peers are installed from npm)
  --quick            short rounds, few of them: for a look, not for figures
  --seed N           of the order of rounds (default 1)
  --json FILE        the rows (default: bench/results/workflow.json; quick: none)
  --markdown FILE    the report, its charts beside it (default: bench/results/workflow.md; quick: none)`

/** @throws {Error} that says what is wrong with them */
export function parseOptions(args: readonly string[]): Options {
  const { values } = parseArgs({
    args: [...args],
    options: {
      parts: { type: 'string', default: partNames.join(',') },
      contenders: { type: 'string', default: contenderNames.join(',') },
      ...commonArguments,
    },
  })
  const parts = someOf('parts', values.parts, partNames)
  const contenders = someOf('contenders', values.contenders, contenderNames)
  return { ...commonOptions(values), parts, contenders }
}
