/**
 * A request that runs a workflow, and its answer.
 *
 * @module
 */
import { checkAnswer } from './contender.ts'

/** Over connections that are kept: Node's `fetch` keeps as many as are in use at once. */
export async function askSteps(contender: string, url: string, body: unknown): Promise<void> {
  const headers = { 'content-type': 'application/json' }
  const response = await fetch(url, {
    method: 'POST',
    headers,
    ...(body !== undefined && { body: JSON.stringify(body) }),
  })
  if (!response.ok) throw new Error(`${contender}: ${response.status} ${await response.text()}`)
  checkAnswer(contender, await response.json())
}
