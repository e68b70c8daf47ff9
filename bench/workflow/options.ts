/**
 * The command line of the workflows' benchmark.
 *
 * @module
 */
import { parseArgs } from 'node:util'
import { type ContenderName, contenderNames } from './contenders/contender.ts'

export const partNames = ['steps', 'long', 'resume'] as const
export type PartName = (typeof partNames)[number]

export interface Options {
  readonly quick: boolean
  readonly parts: readonly PartName[]
  /** Of the part `steps`. */
  readonly contenders: readonly ContenderName[]
  readonly seed: number
  /** `undefined`: the default of a full run, nothing for a quick one. */
  readonly json: string | undefined
  readonly markdown: string | undefined
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
      quick: { type: 'boolean', default: false },
      parts: { type: 'string', default: partNames.join(',') },
      contenders: { type: 'string', default: contenderNames.join(',') },
      seed: { type: 'string', default: '1' },
      json: { type: 'string' },
      markdown: { type: 'string' },
    },
  })
  const { quick, json, markdown } = values
  const seed = Number(values.seed)
  if (!Number.isInteger(seed) || seed < 0) throw new Error(`--seed: expected a whole number, got ${values.seed}`)
  const parts = some('parts', values.parts, partNames)
  const contenders = some('contenders', values.contenders, contenderNames)
  return { quick, parts, contenders, seed, json, markdown }
}

/** @returns those of `known` that are named in `text`, in their own order */
function some<Name extends string>(option: string, text: string, known: readonly Name[]): Name[] {
  const asked = text.split(',')
  const unknown = asked.find((name) => !known.some((one) => one === name))
  if (unknown !== undefined) throw new Error(`--${option}: expected some of ${known.join(', ')}, got '${unknown}'`)
  return known.filter((name) => asked.includes(name))
}
