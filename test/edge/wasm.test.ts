/** An edge's objects run on the core that its definition names. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { connect } from '@darq/runtime'
import { Log, LogLevel, Miniflare } from 'miniflare'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { buildWorker } from '../../edge-worker/scripts/build-worker.ts'
import { Counter } from './fixture/participants.ts'

let folder: string
let miniflare: Miniflare
let origin: string

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'darq-cores-'))
  process.env.CLOUDFLARE_CF_FETCH_ENABLED = 'false'
  miniflare = new Miniflare({
    ...(await buildWorker({ entry: join(import.meta.dirname, 'fixture/cores.ts'), out: join(folder, 'worker') })),
    log: new Log(LogLevel.ERROR),
    compatibilityDate: '2026-07-30',
    durableObjects: {
      GIVEN: { className: 'Given', useSQLite: true },
      REFUSED: { className: 'Refused', useSQLite: true },
    },
  })
  origin = (await miniflare.ready).origin
}, 60_000)
afterAll(async () => {
  await miniflare?.dispose()
  await rm(folder, { recursive: true, force: true })
})

test.each(['given', 'refused'])('of the edge %s, and their messages are durable', { timeout: 30_000 }, async (edge) => {
  await using client = connect(`${origin}/${edge}`)
  await client.send(Counter.add(edge, 5)).durable
  expect(await client.query(Counter.total(edge), { grade: 'committed' })).toBe(5)
})

test('who operates it is told why an object does not run on Wasm', async () => {
  const told: readonly string[] = await (await fetch(`${origin}/told`)).json()
  expect(told).toHaveLength(1)
  expect(told[0]).toMatch(
    /^counter\/refused core: .*https:\/\/cdn\.example\/core\.wasm: expected a WebAssembly\.Module/,
  )
})
