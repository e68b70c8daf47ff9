/** `npm start`: serves the demo until it is stopped. `--port N` (8787, or the next free one), `--data FILE`. */
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { flightsFile } from './data-file.ts'
import { serve } from './serve.ts'

const { values } = parseArgs({ options: { port: { type: 'string', default: '8787' }, data: { type: 'string' } } })
const port = Number(values.port)
if (!Number.isInteger(port) || port < 0 || port > 65_535) throw new Error(`--port: a port, got ${values.port}`)

console.log('Building the page and the edge …')
const served = await serve({
  folder: join(import.meta.dirname, '..', '.tmp', 'demo'),
  data: values.data ?? flightsFile,
  port,
})
console.log(
  `\nTwenty thousand flights, exactly once: ${served.url}
A checkout that nothing can stop:      ${served.url}#checkout
Late departures, in windows:           ${served.url}#stream

Stop with Ctrl+C. The edge keeps its storage in .tmp/demo.\n`,
)

let stopping = false
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
  process.on(signal, () => {
    // A terminal's Ctrl+C arrives twice: from the terminal, and from whoever started this.
    if (stopping) return
    stopping = true
    void served[Symbol.asyncDispose]().finally(() => process.exit(0))
  })
