/** `npm run dev`: the edge in wrangler, and the page in Vite, which passes on what is the edge's. */
import { spawn } from 'node:child_process'
import { mkdirSync } from 'node:fs'
import { createServer } from 'vite'

const edgePort = process.env.EDGE_PORT ?? '8787'
const pagePort = Number(process.env.PORT ?? 5173)

// wrangler asks for the folder of the built page, which Vite serves from its sources.
mkdirSync('dist', { recursive: true })
const wrangler = ['node_modules/wrangler/bin/wrangler.js', 'dev', '--port', edgePort, '--inspector-port', '0']
const edge = spawn(process.execPath, wrangler, { stdio: ['ignore', 'inherit', 'inherit'] })

const target = `http://localhost:${edgePort}`
const page = await createServer({ server: { port: pagePort, proxy: { '/darq': target, '/token': target } } })
await page.listen()
page.printUrls()

// One without the other is of no use.
edge.on('exit', (status) => process.exit(status ?? 1))
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => edge.kill(signal))
