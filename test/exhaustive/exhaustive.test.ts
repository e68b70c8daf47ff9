/** Small worlds, searched through. In processes of their own: the engine is loaded there so that all of it can be seen. */
import { execFile } from 'node:child_process'
import { readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import type { Hunted } from './hunt.ts'
import type { Explored } from './search.ts'

interface Told {
  readonly explored: readonly Explored[]
  readonly mutants: readonly Hunted[]
  readonly out: string
}

let runs = 0

async function exhaustive(...options: readonly string[]): Promise<Told> {
  runs += 1
  const json = join(tmpdir(), `darq-exhaustive-${process.pid}-${runs}.json`)
  const command = fileURLToPath(new URL('../exhaustive.ts', import.meta.url))
  try {
    const out = await new Promise<string>((resolve, reject) => {
      execFile(process.execPath, [command, ...options, '--json', json], (error, out, err) => {
        // 1 says that something was found: that is looked at here.
        if (error && error.code !== 1) reject(new Error(err))
        else resolve(out)
      })
    })
    return { ...JSON.parse(readFileSync(json, 'utf8')), out }
  } finally {
    rmSync(json, { force: true })
  }
}

const minute_ms = 60_000

describe('every interleaving of two hosts, a message and a failure', () => {
  test('keeps every promise, and comes to its end', { timeout: 2 * minute_ms }, async () => {
    const { explored } = await exhaustive('--scope', 'pair-1-1/Infinity,pair-1-1/0,pair-takeover/0')
    expect(explored.map(({ scope, complete, found }) => ({ scope, complete, found }))).toEqual([
      { scope: 'pair-1-1', complete: true },
      { scope: 'pair-1-1', complete: true },
      { scope: 'pair-takeover', complete: true },
    ])
    const [free, waiting] = explored
    // With K = 0 nothing is speculative: there is less that can happen.
    expect(waiting?.states).toBeGreaterThan(100)
    expect(free?.states).toBeGreaterThan(2 * (waiting?.states ?? 0))
    for (const { ends } of explored) expect(ends).toBeGreaterThan(1)
  })

  test('has the same states when no order of choices is left out', { timeout: minute_ms }, async () => {
    const [reduced] = (await exhaustive('--scope', 'pair-1-1/0')).explored
    const [all] = (await exhaustive('--scope', 'pair-1-1/0', '--every-order')).explored
    expect(all?.states).toBe(reduced?.states)
    expect(all?.ends).toBe(reduced?.ends)
    expect(all?.transitions).toBeGreaterThan(reduced?.transitions ?? 0)
  })

  test('goes on in the same way from states with the same hash', { timeout: minute_ms }, async () => {
    const { explored } = await exhaustive('--scope', 'pair-1-1/0', '--check-merges')
    expect(explored[0]).toMatchObject({ complete: true })
  })
})

describe('a broken engine', () => {
  test('is found, by the shortest way to what it breaks', { timeout: 2 * minute_ms }, async () => {
    const { mutants } = await exhaustive('--mutants', '--only', 'durable-counts-as-committed,restart-takes-for-loss')
    expect(mutants.map(({ name, by, choices }) => ({ name, by, choices: choices?.length }))).toEqual([
      { name: 'durable-counts-as-committed', by: expect.stringContaining('which is not durable'), choices: 6 },
      { name: 'restart-takes-for-loss', by: expect.stringContaining('came from nothing that is lost'), choices: 8 },
    ])
  })
})
