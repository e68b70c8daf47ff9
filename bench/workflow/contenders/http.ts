/**
 * A request that runs a workflow, and its answer.
 *
 * @module
 */
import { checkAnswer } from './contender.ts'

/** Over connections that are kept: Node's `fetch` keeps as many as are in use at once. */
export async function askSteps(contender: string, url: string, body: unknown): Promise<void> {
  const headers = { 'content-type': 'application/json' }
  const response = await post(url, { headers, ...(body !== undefined && { body: JSON.stringify(body) }) })
  if (!response.ok) throw new Error(`${contender}: ${response.status} ${await response.text()}`)
  checkAnswer(contender, await response.json())
}

/**
 * A server may close a connection that was idle just when a request is on its way: then it is made once more, as every client
 * of HTTP would. That takes time, which counts.
 */
export async function post(url: string, request: Pick<RequestInit, 'headers' | 'body'>): Promise<Response> {
  const made = () => fetch(url, { method: 'POST', ...request })
  return await made().catch(made)
}
