import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { findChromium } from '../../scripts/chromium.ts'
import { BrowserTab } from '../check/browser-tab.ts'
import type { RequestFate } from '../request-fate.ts'
import { type Served, serve } from '../serve.ts'
import type { FlightsDemo } from '../src/snapshot.ts'
import { dataFile } from './data-file.ts'

/** The page as a person meets it: one story, told in order. */
describe('the page', () => {
  const complaints: string[] = []
  let folder: string
  let served: Served
  let tab: BrowserTab
  let fate: RequestFate = { kind: 'pass' }

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'darq-page-'))
    served = await serve({ folder, data: dataFile('flights-5k.json'), port: 0, fate: () => fate })
    const executable = findChromium()
    if (executable === undefined) throw new Error('there is no Chromium: npm test gets one')
    tab = await BrowserTab.open({ url: served.url, executable, onComplaint: (text) => complaints.push(text) })
  }, 60_000)

  afterAll(async () => {
    await tab?.[Symbol.asyncDispose]()
    await served?.[Symbol.asyncDispose]()
    await rm(folder, { recursive: true, force: true })
  })

  const seen = async (holds: (demo: FlightsDemo) => boolean): Promise<FlightsDemo> => {
    for (;;) {
      const demo = await tab.look()
      if (demo !== undefined && holds(demo)) return demo
      await tab.page.waitForTimeout(10)
    }
  }
  const press = (name: string) => tab.page.getByRole('button', { name, exact: true }).click()

  test('opens, says what it stands on, and waits for Start', { timeout: 30_000 }, async () => {
    const demo = await seen(({ phase, edge }) => phase === 'ready' && edge.reachable)
    expect(demo).toMatchObject({ flights: 5000, grades: { accepted: 0, durable: 0, committed: 0 } })
    expect(demo.tab.status).toMatchObject({ role: 'leader', durability: 'strict' })
  })

  test('Start lets flights through all grades to the edge, Pause holds the rest back', {
    timeout: 30_000,
  }, async () => {
    await tab.page.getByLabel('Pace').selectOption('250')
    await press('Start')
    await seen(({ edge, grades }) => edge.flights > 0 && grades.committed > 0)
    await press('Pause')
    const paused = await seen(({ phase, grades, edge }) => phase === 'paused' && edge.flights === grades.accepted)
    expect(paused.grades.committed).toBe(paused.grades.accepted)
    expect(paused.grades.accepted).toBeLessThan(5000)
  })

  test('Kill the worker: another takes over, with everything that was durable', { timeout: 30_000 }, async () => {
    const before = await seen(({ tab }) => tab.counts !== undefined)
    await press('Go on')
    await press('Kill the worker')
    const after = await seen(
      ({ tab, grades }) => tab.workers > before.tab.workers && grades.committed > before.grades.committed,
    )
    await seen(({ tab }) => tab.reachable && tab.counts?.epoch !== before.tab.counts?.epoch)
    expect(after.tab.flights).toBeGreaterThanOrEqual(before.grades.committed)
  })

  test('Kill the edge object: it comes back in a new epoch and goes on', { timeout: 30_000 }, async () => {
    const before = await seen(({ edge }) => edge.counts !== undefined)
    await press('Kill the edge object')
    const after = await seen(
      ({ edge }) => edge.counts?.epoch !== before.edge.counts?.epoch && edge.flights > before.edge.flights,
    )
    expect(after.failure).toBeUndefined()
  })

  test('what the slow edge has not saved is shown as pending, taken back when the object is killed, and saved in the end', {
    timeout: 60_000,
  }, async () => {
    const chip = tab.page.getByRole('region', { name: 'Edge' }).locator('.chip')
    await tab.page.getByLabel('Edge’s disk').selectOption('4000')
    const pending = await seen(({ edge }) => edge.flights > edge.saved && edge.grade === 'accepted')
    await expect.poll(() => chip.textContent()).toMatch(/^◌\s*[\d,]+ pending$/)
    // The tab is kept from sending it again at once.
    fate = { kind: 'drop_before' }
    await press('Kill the edge object')
    const lost = await seen(({ edge }) => edge.taken_back > 0)
    expect(lost.edge.flights).toBeLessThan(pending.edge.flights)
    expect(lost.edge.flights).toBe(lost.edge.saved)
    await expect.poll(() => chip.textContent()).toMatch(/^↩.?\s*[\d,]+ taken back$/)
    await expect.poll(() => tab.page.getByText(/^Edge: [\d,]+ taken back$/).count()).toBe(1)
    await tab.page.getByText('that it had shown and not saved').first().waitFor()
    fate = { kind: 'pass' }
    await tab.page.getByLabel('Edge’s disk').selectOption('0')
    await seen(({ edge }) => edge.saved >= pending.edge.flights && edge.taken_back === 0)
    await press('Pause')
    await seen(({ edge, grades }) => edge.saved === grades.accepted)
    await expect.poll(() => chip.textContent()).toMatch(/^✓\s*saved$/)
    await press('Go on')
  })

  test('Go offline: the tab goes on alone, and the edge catches up afterwards', { timeout: 30_000 }, async () => {
    await press('Go offline')
    const cut = await seen(({ edge }) => !edge.reachable)
    const alone = await seen(({ grades }) => grades.committed > cut.grades.committed + 100)
    expect(alone.edge.flights).toBeLessThan(alone.grades.committed)
    await press('Go online')
    await seen(({ edge }) => edge.flights >= alone.grades.committed)
  })

  test('a page that is opened again goes on by itself, and in the end both sides equal the file', {
    timeout: 60_000,
  }, async () => {
    await tab.page.getByLabel('Pace').selectOption('free')
    await tab.crash()
    await tab.reopen()
    await seen(({ phase, edge }) => phase === 'done' && edge.flights === 5000)
    await tab.page.getByText('Both sides equal the file: 5,000 flights from 180 origins, each counted once.').waitFor()
  })

  test('every origin can be reached, and sorted by each column', { timeout: 30_000 }, async () => {
    const edge = tab.page.getByRole('region', { name: 'Edge' })
    await edge.getByRole('button', { name: 'Show all 180 origins' }).click()
    expect(await edge.getByRole('row').count()).toBe(181)
    await edge.getByRole('button', { name: 'Worst' }).click()
    expect(await edge.getByRole('columnheader', { name: 'Worst' }).getAttribute('aria-sort')).toBe('descending')
    const worst = await edge.locator('tbody tr td:nth-child(4)').allTextContents()
    const minutes = worst.map((text) => Number(text.replace(',', '')))
    expect(minutes).toEqual(minutes.toSorted((a, b) => b - a))
  })

  test('Start over wipes both sides', { timeout: 30_000 }, async () => {
    await press('Start over')
    await seen(
      ({ phase, grades, edge }) => phase === 'ready' && grades.accepted === 0 && edge.reachable && edge.flights === 0,
    )
  })

  test('leads to the comparison of Wasm with TypeScript, and back', { timeout: 30_000 }, async () => {
    await tab.page.getByRole('link', { name: 'Wasm against TypeScript' }).click()
    await tab.page.getByRole('heading', { name: 'How fast is the core in your browser?' }).waitFor()
    await tab.page.getByRole('link', { name: 'Flights' }).click()
    await seen(({ phase, edge }) => phase === 'ready' && edge.reachable)
  })

  test('nothing on the page broke its own policy or threw', () => {
    expect(complaints).toEqual([])
  })
})
