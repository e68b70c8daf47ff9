/**
 * The form in which every benchmark of the project writes down what it measured.
 *
 * @module
 */

export interface Row {
  /** Which benchmark: `core`. */
  readonly bench: string
  /** Where it ran: `node`, `chromium`, `firefox`, `workerd`, or `native` for compiled C. */
  readonly runtime: string
  readonly contender: string
  readonly workload: string
  /** Of one message; 0 where there is none. */
  readonly payload_bytes: number
  /** Messages in one call. */
  readonly batch: number
  readonly metric: string
  readonly unit: string
  /** The median over the rounds. `null`: it could not be measured, and `unit` says why. */
  readonly value: number | null
  /** The distance between the quartiles of the rounds, in `unit`. 0 where there is one value alone. */
  readonly spread: number
}

const texts = ['bench', 'runtime', 'contender', 'workload', 'metric', 'unit'] as const
const counts = ['payload_bytes', 'batch'] as const

/** @returns what is wrong with `row`; empty when nothing is */
export function faults(row: Row): string[] {
  const found: string[] = []
  for (const name of texts) if (row[name] === '') found.push(`${name} is empty`)
  for (const name of counts) {
    if (!Number.isInteger(row[name]) || row[name] < 0) found.push(`${name}: expected a count, got ${row[name]}`)
  }
  if (row.value !== null && !(Number.isFinite(row.value) && row.value >= 0)) found.push(`value: got ${row.value}`)
  if (!(Number.isFinite(row.spread) && row.spread >= 0)) found.push(`spread: got ${row.spread}`)
  return found
}
