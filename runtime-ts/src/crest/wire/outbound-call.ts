/**
 * A call of a host that cannot be reached, on its way to the client of that host which makes it (`outbound/outbound-calls.ts`).
 *
 * @module
 */
import type { Draft } from './envelope.ts'

/** The DARQ that makes outbound calls; no address can have its name. */
export const outbound_darq = '$errands'

/** @returns the call, as it is sent to {@link outbound_darq} */
export function outboundCallOf(to: string, draft: Draft): Draft {
  const { name, body, version, key, asker } = draft
  const call = { to, name, body, version, ...(key !== undefined && { key }) }
  return { name: 'call', body: call, version: 0, ...(asker !== undefined && { asker }) }
}
