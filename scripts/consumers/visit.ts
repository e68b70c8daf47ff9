/**
 * A visit to the tutorial's page in a real Chromium: a vote, saved in the tab and counted at the edge.
 *
 * @module
 */
import { chromium } from 'playwright-core'
import { useChromium } from '../chromium.ts'

/**
 * @param profile a folder for the browser's profile: IndexedDB is on a real disk
 * @param votes how many votes for tea the edge counts once this one has arrived
 * @throws {Error} when it doesn't, with whatever the page has told its console
 */
export async function voteInChromium(url: string, profile: string, votes: number): Promise<void> {
  useChromium()
  const browser = await chromium.launchPersistentContext(profile, {
    executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
    args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking'],
  })
  // A refusal by the policy, a core that is not Wasm, an error that nobody caught: all of it is told to the console.
  const told: string[] = []
  try {
    browser.on('console', (message) => {
      if (['error', 'warning'].includes(message.type())) told.push(message.text())
    })
    browser.on('weberror', (error) => told.push(String(error.error())))
    const page = await browser.newPage()
    await page.goto(url)
    await page.getByText('its storage is strict').waitFor()
    await page.getByRole('button', { name: 'Tea' }).click()
    await page.getByText('tea: saved (strict)').waitFor()
    await page.getByText(`{"tea":${votes}} (committed)`).waitFor()
    const noIcon = told.filter((text) => !text.includes('404'))
    if (noIcon.length > 0) throw new Error('the page worked, but not quietly')
  } catch (error) {
    throw new Error(`${url}: ${error instanceof Error ? error.message : error}\n${told.join('\n')}`)
  } finally {
    await browser.close()
  }
}
