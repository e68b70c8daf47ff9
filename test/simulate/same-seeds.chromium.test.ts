import { expect, test } from 'vitest'
import { commands } from 'vitest/browser'
import { runSameSeeds } from './same-seeds.ts'

declare module 'vitest/internal/browser' {
  interface BrowserCommands {
    /** Runs the seeds in a Node process. */
    sameSeedsInNode: () => Promise<Readonly<Record<string, string>>>
  }
}

test('the same seed does the same in Chromium as in Node, to the last byte of its trace', async () => {
  const here = await runSameSeeds()
  expect(here).toEqual(await commands.sameSeedsInNode())
  for (const found of Object.values(here)) expect(found).toMatch(/^[0-9a-f]{8} after \d{4,} events, 0 violations$/)
}, 120_000)
