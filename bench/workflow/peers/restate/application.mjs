/**
 * Three trivial steps with Restate: as a plain handler, and as a workflow that runs once for each key.
 *
 * Says `listening <port>` on stdout when the server can be told of it.
 */
import { createServer } from 'node:http2'
import * as restate from '@restatedev/restate-sdk'

async function threeSteps(context) {
  const one = await context.run('one', async () => ({ step: 1, ok: true }))
  const two = await context.run('two', async () => ({ step: 2, ok: true }))
  const three = await context.run('three', async () => ({ step: 3, ok: true }))
  return { steps: one.step + two.step + three.step }
}

const services = [
  restate.service({ name: 'Steps', handlers: { run: threeSteps } }),
  restate.workflow({ name: 'StepsOnce', handlers: { run: threeSteps } }),
]

const server = createServer(restate.createEndpointHandler({ services }))
server.listen(0, '127.0.0.1', () => console.log(`listening ${server.address().port}`))
