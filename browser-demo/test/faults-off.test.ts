/** The worker as its wrangler file deploys it: without the switch that `npm start` sets. */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import app, { type Env } from '../src/worker.ts'

/** Nothing of it may be reached. */
const objects = new Proxy({}, { get: (_target, name) => expect.unreachable(`the binding's ${String(name)} was used`) })
const deployed = {
  TOKEN_SECRET: 'for tests only: thirty-two bytes and more',
  TOTALS: objects,
  SHOP: objects,
} as unknown as Env

test.each(['kill', 'wipe', 'disk'])('POST /demo/%s is refused where faults are not switched on', async (fault) => {
  const url = `https://demo.example/demo/${fault}?darq=totals`
  const response = await app.fetch(new Request(url, { method: 'POST', body: '{"latency_ms":10000}' }), deployed)
  expect([response.status, await response.text()]).toEqual([403, expect.stringContaining('DEMO_FAULTS')])
})

test('the wrangler file does not switch them on', async () => {
  const file = await readFile(join(import.meta.dirname, '..', 'wrangler.jsonc'), 'utf8')
  expect(file.replaceAll(/^\s*\/\/.*$/gm, '')).not.toContain('DEMO_FAULTS')
})
