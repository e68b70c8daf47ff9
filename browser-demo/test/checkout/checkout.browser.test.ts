import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { findChromium } from '../../../scripts/chromium.ts'
import { BrowserTab } from '../../check/browser-tab.ts'
import { type Served, serve } from '../../serve.ts'
import type { CheckoutDemoFacts } from '../../src/checkout/snapshot.ts'
import { dataFile } from '../data-file.ts'

/** The checkout as a person meets it: one story, told in order. */
describe('the checkout', () => {
  const complaints: string[] = []
  let folder: string
  let served: Served
  let tab: BrowserTab

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'darq-checkout-'))
    served = await serve({ folder, data: dataFile('flights-5k.json'), port: 0 })
    const executable = findChromium()
    if (executable === undefined) throw new Error('there is no Chromium: npm test gets one')
    const url = new URL('#checkout', served.url)
    tab = await BrowserTab.open({ url, executable, onComplaint: (text) => complaints.push(text) })
  }, 60_000)

  afterAll(async () => {
    await tab?.[Symbol.asyncDispose]()
    await served?.[Symbol.asyncDispose]()
    await rm(folder, { recursive: true, force: true })
  })

  const seen = async (holds: (demo: CheckoutDemoFacts) => boolean): Promise<CheckoutDemoFacts> => {
    for (;;) {
      const demo = await tab.page.evaluate(() => window.checkoutDemo).catch(() => undefined)
      if (demo !== undefined && holds(demo)) return demo
      await tab.page.waitForTimeout(10)
    }
  }
  const press = (name: string) => tab.page.getByRole('button', { name, exact: true }).click()
  const order = async (card: string): Promise<void> => {
    await tab.page.getByLabel('Card').selectOption(card)
    await press('Order')
    await seen((demo) => demo.order?.phase === 'approving' && demo.order.slip?.state === 'ordered')
  }
  const verdict = (text: RegExp) => tab.page.getByRole('status').filter({ hasText: text }).waitFor()

  test('opens, with packets on the shelf and nothing in the book', { timeout: 30_000 }, async () => {
    const demo = await seen(({ isOpen, edge, shelf }) => isOpen && edge.reachable && shelf !== undefined)
    expect(demo).toMatchObject({ order: undefined, earlier: [], shelf: { left: 5, held: 0 }, book: [] })
    expect(await tab.page.evaluate(() => 'flightsDemo' in window)).toBe(false)
  })

  test('the tab’s worker is killed as the order is approved: the edge goes on, and the tab learns of it', {
    timeout: 30_000,
  }, async () => {
    await order('good')
    await press('Approve')
    await press('Kill the worker')
    const demo = await seen(({ order, tab }) => order?.slip?.state === 'bought' && tab.workers === 2)
    expect(demo.order?.edgeSteps.map(({ what, outcome }) => `${what}: ${outcome}`)).toEqual([
      'call stock/tea reserve: ok',
      'receive approval: ok',
      'message approval: ok',
      'effect charge card: ok',
    ])
    await verdict(/bought, and charged once: €9\.00\. The books agree\./)
  })

  test('the edge’s plug is pulled while the card is charged, on a bad line besides: it is charged once', {
    timeout: 30_000,
  }, async () => {
    await order('bad line')
    await press('Approve')
    await seen(({ order }) => order?.phase === 'charging')
    const pid = await served.edge.pid()
    await press('Pull the plug')
    const bought = await seen(({ order }) => order?.slip?.state === 'bought')
    await seen(({ book }) => book.some((line) => line.order === bought.order?.id && line.asked >= 3))
    expect(await served.edge.pid()).not.toBe(pid)
    await verdict(/bought, and charged once/)
  })

  test('a card that is refused: what was done is undone', { timeout: 30_000 }, async () => {
    await press('Five more')
    const { shelf } = await seen((demo) => demo.shelf?.left === 6)
    await order('refused')
    await seen((demo) => demo.shelf?.left === 4)
    await press('Approve')
    await seen(({ order }) => order?.slip?.state === 'failed' && order.phase === 'undone')
    const after = await seen((demo) => demo.shelf?.left === 6)
    expect(after.shelf).toEqual(shelf)
    await verdict(/card refused\. What was done is undone; nothing was kept\. The books agree\./)
  })

  test('on slow disks what is done is pending, is taken back when its object is killed, and is done again', {
    timeout: 30_000,
  }, async () => {
    await tab.page.getByLabel('Edge’s disks').selectOption('1000')
    await seen((demo) => demo.disk_ms === 1000)
    await order('good')
    const chip = tab.page.getByRole('region', { name: 'Edge' }).locator('.chip')
    await expect.poll(() => chip.textContent()).toBe('◌approving, pending')
    await press('Kill the shelf')
    await seen((demo) => demo.shelfIs === 'taken-back')
    await tab.page.getByLabel('Edge’s disks').selectOption('0')
    await expect.poll(() => chip.textContent(), { timeout: 10_000 }).toBe('✓approving, saved')
    // Shelf, phase and steps are watched each by itself: they harden one after the other.
    const again = await seen((demo) => demo.shelf?.left === 4 && demo.order?.edgeSteps[0]?.how === 'saved')
    expect(again.order?.edgeSteps[0]).toMatchObject({ what: 'call stock/tea reserve', outcome: 'ok', how: 'saved' })
  })

  test('the tab crashes after it has approved: opened again, it has what the edge came to, and all earlier orders', {
    timeout: 30_000,
  }, async () => {
    await press('Approve')
    await seen(({ order }) => order?.phase === 'charging' || order?.phase === 'done')
    await tab.crash()
    await tab.reopen()
    const demo = await seen(({ order }) => order?.slip?.state === 'bought')
    expect(demo.earlier.map(({ slip }) => slip.state)).toEqual(['failed', 'bought', 'bought'])
    await verdict(/The books agree\./)
  })

  test('one scene is open at a time, and each can be reached by its link', { timeout: 30_000 }, async () => {
    await tab.page.getByRole('navigation').getByRole('link', { name: 'Flights' }).click()
    await tab.page.getByRole('heading', { name: 'flights, exactly once' }).waitFor()
    expect(await tab.page.evaluate(() => 'checkoutDemo' in window)).toBe(false)
    await tab.page.goBack()
    await seen(({ isOpen, order }) => isOpen && order?.slip?.state === 'bought')
    expect(await tab.page.getByRole('link', { name: 'Checkout' }).getAttribute('aria-current')).toBe('page')
  })

  test('nothing on the page broke its own policy or threw', () => {
    expect(complaints).toEqual([])
  })
})
