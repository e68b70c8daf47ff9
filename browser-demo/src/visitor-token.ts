/**
 * The visitor's token for the edge: fetched when first needed, and again before it runs out.
 *
 * @module
 */

/** What `GET /demo/token` answers. */
export interface VisitorToken {
  readonly token: string
  readonly expiresAt_ms: number
}

const renew_before_ms = 60_000

/** @returns gives a token that is good for at least a minute; rejects when the edge can't be reached */
export function visitorToken(fetchToken: typeof fetch): () => Promise<string> {
  let held: VisitorToken | undefined
  return async () => {
    if (held !== undefined && held.expiresAt_ms - Date.now() > renew_before_ms) return held.token
    const response = await fetchToken('/demo/token')
    if (!response.ok) throw new Error(`no token: ${response.status}`)
    const fresh: VisitorToken = await response.json()
    held = fresh
    return fresh.token
  }
}
