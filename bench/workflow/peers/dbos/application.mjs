/**
 * Three trivial steps with DBOS, behind a plain HTTP server: `POST /` with `{ id }`, the workflow's id.
 *
 * Says `listening <port>` on stdout when it serves.
 */
import { createServer } from 'node:http'
import { json } from 'node:stream/consumers'
import { DBOS } from '@dbos-inc/dbos-sdk'

async function threeSteps() {
  const one = await DBOS.runStep(async () => ({ step: 1, ok: true }), { name: 'one' })
  const two = await DBOS.runStep(async () => ({ step: 2, ok: true }), { name: 'two' })
  const three = await DBOS.runStep(async () => ({ step: 3, ok: true }), { name: 'three' })
  return { steps: one.step + two.step + three.step }
}

const steps = DBOS.registerWorkflow(threeSteps, { name: 'threeSteps' })

DBOS.setConfig({
  name: 'bench',
  applicationVersion: '1',
  systemDatabaseUrl: process.env.DATABASE_URL,
  logLevel: 'error',
  systemDatabasePoolSize: Number(process.env.POOL_SIZE),
})
await DBOS.launch()

const server = createServer(async (request, response) => {
  try {
    const { id } = await json(request)
    const handle = await DBOS.startWorkflow(steps, { workflowID: id })()
    const done = JSON.stringify(await handle.getResult())
    response.writeHead(200, { 'content-type': 'application/json' }).end(done)
  } catch (error) {
    response.writeHead(500, { 'content-type': 'text/plain' }).end(String(error))
  }
})
// No client's connection is closed between two of its rounds.
server.keepAliveTimeout = 600_000
server.listen(0, '127.0.0.1', () => console.log(`listening ${server.address().port}`))

process.on('SIGTERM', async () => {
  server.close()
  server.closeAllConnections()
  await DBOS.shutdown()
  process.exit(0)
})
