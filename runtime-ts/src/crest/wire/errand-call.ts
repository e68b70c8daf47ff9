/**
 * A call of a host that nobody can reach, on its way to the client of that host which makes it (`outbound/errands.ts`).
 *
 * @module
 */
import type { Draft } from './envelope.ts'

/** The DARQ of errands; a name that no address can have. */
export const errand_darq = '$errands'

/** @returns the call, as it is sent to {@link errand_darq} */
export function errandOf(to: string, draft: Draft): Draft {
  const { name, body, version, key, asker } = draft
  const call = { to, name, body, version, ...(key !== undefined && { key }) }
  return { name: 'call', body: call, version: 0, ...(asker !== undefined && { asker }) }
}
