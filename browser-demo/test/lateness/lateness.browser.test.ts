import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { findChromium } from '../../../scripts/chromium.ts'
import { BrowserTab } from '../../check/browser-tab.ts'
import { type Served, serve } from '../../serve.ts'
import type { LatenessDemoFacts } from '../../src/lateness/snapshot.ts'
import { dataFile } from '../data-file.ts'

/** The stream as a person meets it: one story, told in order. */
describe('the stream', () => {
  const complaints: string[] = []
  let folder: string
  let served: Served
  let tab: BrowserTab

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'darq-stream-'))
    served = await serve({ folder, data: dataFile('flights-10k.json'), port: 0 })
    const executable = findChromium()
    if (executable === undefined) throw new Error('there is no Chromium: npm test gets one')
    const url = new URL('#stream', served.url)
    tab = await BrowserTab.open({ url, executable, onComplaint: (text) => complaints.push(text) })
  }, 60_000)

  afterAll(async () => {
    await tab?.[Symbol.asyncDispose]()
    await served?.[Symbol.asyncDispose]()
    await rm(folder, { recursive: true, force: true })
  })

  const seen = async (holds: (demo: LatenessDemoFacts) => boolean): Promise<LatenessDemoFacts> => {
    for (;;) {
      const demo = await tab.page.evaluate(() => window.latenessDemo).catch(() => undefined)
      if (demo !== undefined && holds(demo)) return demo
      await tab.page.waitForTimeout(10)
    }
  }
  const press = (name: string) => tab.page.getByRole('button', { name, exact: true }).click()

  test('opens, and windows close as flights come; Pause holds the rest back', { timeout: 30_000 }, async () => {
    await seen(({ phase, edge }) => phase === 'ready' && edge.reachable)
    await tab.page.getByLabel('Pace').selectOption('4000')
    await press('Start')
    await seen(({ closed, results }) => closed > 20 && results > 0)
    await press('Pause')
    const paused = await seen((demo) => demo.phase === 'paused' && demo.windowsAre === 'saved')
    expect(paused.taken).toBeLessThan(10_000)
    expect(paused.latency_ms.tab).toBeGreaterThan(0)
  })

  test('results are pending on a slow disk, taken back when the edge object is killed, and come again', {
    timeout: 30_000,
  }, async () => {
    await tab.page.getByLabel('Edge’s disk').selectOption('1000')
    await tab.page.getByLabel('Pace').selectOption('1000')
    await press('Go on')
    const pending = await seen(({ results, resultsSaved }) => results > resultsSaved)
    await press('Kill the edge object')
    await seen(({ resultsAre }) => resultsAre === 'taken-back')
    await tab.page.getByLabel('Edge’s disk').selectOption('0')
    await seen(({ resultsSaved }) => resultsSaved >= pending.results)
  })

  test('the worker is killed: another goes on with what was saved', { timeout: 30_000 }, async () => {
    const before = await seen(({ tab }) => tab.epoch !== undefined)
    await press('Kill the worker')
    await seen(({ tab, taken }) => tab.workers === 2 && tab.epoch !== before.tab.epoch && taken > before.taken)
  })

  test('the plug is pulled and the tab crashes: in the end both sides equal a plain loop over the file', {
    timeout: 30_000,
  }, async () => {
    await tab.page.getByLabel('Pace').selectOption('4000')
    await press('Pull the plug')
    await tab.crash()
    await tab.reopen()
    const done = await seen(
      ({ phase, results, closed, resultsAre }) => phase === 'done' && results === closed && resultsAre === 'saved',
    )
    expect(done.taken).toBe(10_000)
    await tab.page.getByRole('status').filter({ hasText: 'Both sides equal a plain loop over the file:' }).waitFor()
    expect(await tab.page.getByRole('img').getAttribute('aria-label')).toBe(
      `${done.closed} closed windows, ${done.open} open ones`,
    )
  })

  test('nothing on the page broke its own policy or threw', () => {
    expect(complaints).toEqual([])
  })
})
