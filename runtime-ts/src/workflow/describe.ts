/**
 * Instances as people look at them.
 *
 * @module
 */
import type { Ledger } from '../crest/run/ledger.ts'
import { isFields } from '../crest/wire/envelope.ts'
import { fromFacts, type Plain, toFacts } from '../error.ts'
import { type Header, header_cell, type StepFacts } from './journal.ts'

const listed_max = 1_000

/** @param live what an instance that runs has done; by default what was kept of it when it ended */
export function describe(key: string, header: Header, live?: readonly StepFacts[]): { readonly [key: string]: Plain } {
  const { status, started_ms, run, ended_ms, value, error, steps = [] } = header
  return {
    ...{ id: key, status, started_ms, run },
    ...(ended_ms !== undefined && { ended_ms }),
    ...(value !== undefined && { value }),
    ...(error !== undefined && { error: toFacts(fromFacts(error)) as unknown as Plain }),
    steps: (live ?? steps) as unknown as Plain,
  }
}

/**
 * Answers `$list`: those after a key, in the order of their keys, without what they came to.
 *
 * @param headerOf as it is now; `undefined` for one that can't be read
 */
export function list(
  ledger: Ledger,
  asked: Plain,
  headerOf: (key: string, value: unknown) => Header | undefined,
): Plain {
  const { status, after, limit } = isFields(asked) ? asked : {}
  const found: Plain[] = []
  const most = typeof limit === 'number' ? Math.min(limit, listed_max) : 100
  const keys = [...ledger.table(header_cell)]
    .filter(([key, { present }]) => present && (typeof after !== 'string' || key > after))
    .sort(([one], [other]) => (one < other ? -1 : 1))
  for (const [key, { value }] of keys) {
    if (found.length >= most) break
    const header = headerOf(key, value)
    if (header === undefined || (status !== undefined && header.status !== status)) continue
    const { steps: _, value: __, ...facts } = describe(key, header)
    found.push(facts as Plain)
  }
  return found
}
