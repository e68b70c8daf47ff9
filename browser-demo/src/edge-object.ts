/**
 * A Durable Object of the edge, as the page sees it.
 *
 * @module
 */
import * as v from 'valibot'

/** Has it thrown out of memory, in the middle of whatever it does. @returns whether it was reached */
export async function killObject(darq: string): Promise<boolean> {
  const response = await fetch(`/demo/kill?darq=${encodeURIComponent(darq)}`, { method: 'POST' }).catch(() => undefined)
  return response?.ok === true
}

const Counts = v.object({ epoch: v.number() })

/**
 * Past the client, which would wait for an edge that is away.
 *
 * @returns asks the host of a DARQ which life it is in; rejects when it does not answer
 */
export function edgeHost(
  mount: string,
  darq: string,
  token: () => Promise<string>,
  fetchEdge: typeof fetch,
): () => Promise<{ readonly epoch: number }> {
  return async () => {
    const headers = { Authorization: `Bearer ${await token()}` }
    const response = await fetchEdge(`${mount}/${encodeURIComponent(darq)}/counts`, { headers })
    if (!response.ok) throw new Error(`the edge answered ${response.status}`)
    return v.parse(Counts, await response.json())
  }
}
