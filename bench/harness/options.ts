/**
 * What the command lines of all benchmarks share.
 *
 * @module
 */

export interface CommonOptions {
  readonly quick: boolean
  readonly seed: number
  /** `undefined`, here and below: the default of a full run, nothing for a quick one. */
  readonly json: string | undefined
  readonly markdown: string | undefined
}

/** For `parseArgs`. */
export const commonArguments = {
  quick: { type: 'boolean', default: false },
  seed: { type: 'string', default: '1' },
  json: { type: 'string' },
  markdown: { type: 'string' },
} as const

interface Given {
  readonly quick: boolean
  readonly seed: string
  readonly json?: string | undefined
  readonly markdown?: string | undefined
}

/** @throws {Error} for a seed that is none */
export function commonOptions({ quick, seed: given, json, markdown }: Given): CommonOptions {
  const seed = Number(given)
  if (!Number.isInteger(seed) || seed < 0) throw new Error(`--seed: expected a whole number, got ${given}`)
  return { quick, seed, json, markdown }
}

/**
 * @returns those of `known` that are named in `text`, in their own order
 * @throws {Error} for another name
 */
export function someOf<Name extends string>(option: string, text: string, known: readonly Name[]): Name[] {
  const asked = text.split(',')
  const unknown = asked.find((name) => !known.some((one) => one === name))
  if (unknown !== undefined) throw new Error(`--${option}: expected some of ${known.join(', ')}, got '${unknown}'`)
  return known.filter((name) => asked.includes(name))
}
