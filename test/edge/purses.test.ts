/**
 * Money that is passed on before anything is durable, in a real workerd under SIGKILL: nothing is lost or made, and the world
 * hears of each visit once, by key, and of none that did not stay. Longer: `KILLS=200 npx vitest run test/edge/purses.test.ts`.
 */
import { expect, test, vi } from 'vitest'
import { paid_cents, walk } from './fixture/walks.ts'

/** Of each graph. */
const kills = Number(process.env.KILLS ?? 10)

vi.setConfig({ testTimeout: 60_000 + kills * 10_000 })

const load = { purses: 20, hops: 10, kills, crashes: kills, seed: Number(process.env.SEED ?? 1) }
/** In a ring few depend on many: it takes more under way at once, and longer flushes, for a kill to take something back. */
const loads = {
  ring: { ...load, graph: 'ring', walks: kills * 8, lanes: 16, flush_ms: 200 },
  random: { ...load, graph: 'random', walks: kills * 4, lanes: 6, flush_ms: 50 },
} as const

test.each(Object.values(loads))('$graph: the sum stays, and effects happen once by key', async (load) => {
  const { visits, effects, ...figures } = await walk(load)
  console.log(JSON.stringify({ ...load, ...figures, visits: visits.size }))
  expect(figures.cents).toBe(load.purses * paid_cents)
  expect(figures).toMatchObject({ kills, crashes: load.crashes })
  expect(figures.rollbacks).toBeGreaterThan(0)
  // Of each visit that stayed the world has heard under one key, with one body: that of the step that stayed.
  const heard = [...effects.values()].map(([first, ...more]) => {
    for (const body of more) expect(body).toEqual(first)
    return first
  })
  const told = heard.flatMap((body) => (body ? [[body.visit, { nonce: body.nonce, cents: body.cents }] as const] : []))
  expect(new Map(told)).toEqual(visits)
  expect(told.length).toBe(visits.size)
})
