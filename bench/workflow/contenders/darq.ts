/**
 * What runs in workerd: workflows of this library in Durable Objects, asked over HTTP; and three steps without it.
 *
 * @module
 */
import { randomUUID } from 'node:crypto'
import { connect, type Client as DarqClient, type Message } from '@darq/runtime'
import { Calls, darqs, Steps } from '../steps.ts'
import { openWorkerd } from '../workerd/open.ts'
import { type Client, checkAnswer, type Open } from './contender.ts'
import { askSteps, post } from './http.ts'

/** Three effects: each is committed before the next begins. */
export const openDarq = open((url, closing) => {
  const call = calling('darq', url, closing)
  return () => call(Steps.start(randomUUID(), {}))
})

/** The same workflow, asked as one who doesn't know this library would: a request for each, with a key of its own. */
export const openDarqHttp = open((url) => async () => {
  const id = randomUUID()
  const response = await post(`${url}/${encodeURIComponent(`steps/${id}`)}/messages/start`, {
    headers: { 'content-type': 'application/json', 'idempotency-key': id, prefer: `wait=${wait_s}` },
    body: '{}',
  })
  const told = await response.text()
  if (response.status !== 200) throw new Error(`darq-http: ${response.status} ${told}`)
  const { answer }: { answer?: { value?: unknown } } = JSON.parse(told)
  checkAnswer('darq-http', answer?.value)
})

/** Three calls to a participant in another object: none waits for a flush, the answer waits for all. */
export const openDarqCalls = open((url, closing) => {
  const call = calling('darq-calls', url, closing)
  return () => call(Calls.start(randomUUID(), {}))
})

/** No library at all, in objects of the same platform. */
export const openPlatform = open(
  (url) => () => askSteps('platform', new URL(`/bare/${randomUUID()}`, url).href, undefined),
)

/** A run that takes longer fails. */
const wait_s = 30

/** @returns what calls with a client of its own, which is closed in the end */
function calling(name: string, url: string, closing: DarqClient[]) {
  const client = connect(url)
  closing.push(client)
  return async (message: Message<'call', { readonly steps: number }>) => checkAnswer(name, await client.call(message))
}

function open(client: (url: string, closing: DarqClient[]) => Client): Open {
  return async ({ folder, flushes }) => {
    const workerd = await openWorkerd(folder, { flushes })
    const closing: DarqClient[] = []
    return {
      version: `${workerd.version}, ${darqs} Durable Objects over SQLite`,
      durability: 'strict: a commit is over when workerd has written it to SQLite’s WAL and flushed; answers come then',
      processes: [workerd.pid],
      client: () => client(workerd.url, closing),
      async close() {
        for (const one of closing) await one.close()
        await workerd[Symbol.asyncDispose]()
      },
    }
  }
}
