/**
 * The command line of the streams' benchmark.
 *
 * @module
 */
import { parseArgs } from 'node:util'
import { type RuntimeName, runtimeNames } from './runtimes/runtime.ts'

export interface Options {
  readonly quick: boolean
  readonly runtimes: readonly RuntimeName[]
  readonly seed: number
  readonly json: string | undefined
  /** `undefined`: the default of a full run, nothing for a quick one. */
  readonly markdown: string | undefined
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
      quick: { type: 'boolean', default: false },
      runtimes: { type: 'string', default: runtimeNames.join(',') },
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
  return { quick, runtimes, seed, json, markdown }
}
