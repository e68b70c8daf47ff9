/** Small worlds, searched through. In processes of their own: the engine is loaded there so that all of it can be seen. */
import { execFile } from 'node:child_process'
import { readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import type { Explored } from './explored.ts'
import type { Hunted } from './hunt.ts'

interface Told {
  readonly explored: readonly Explored[]
  readonly mutants: readonly Hunted[]
  readonly out: string
}

let runs = 0

/** @returns what it prints; that something was found is looked at by the tests */
function run(...options: readonly string[]): Promise<string> {
  const command = fileURLToPath(new URL('../exhaustive.ts', import.meta.url))
  return new Promise((resolve, reject) => {
    execFile(process.execPath, [command, ...options], (error, out, err) => {
      if (error && error.code !== 1) reject(new Error(err))
      else resolve(out)
    })
  })
}

async function exhaustive(...options: readonly string[]): Promise<Told> {
  runs += 1
  const json = join(tmpdir(), `darq-exhaustive-${process.pid}-${runs}.json`)
  try {
    const out = await run(...options, '--json', json)
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

  test('goes on in the same way from states with the same hash', { timeout: minute_ms }, async () => {
    const { explored } = await exhaustive('--scope', 'pair-1-1/Infinity,pair-lossy/0', '--check-merges')
    expect(explored).toMatchObject([{ complete: true }, { complete: true }])
  })

  test('is what happens when all hosts are in one world', { timeout: minute_ms }, async () => {
    const out = await run('--scope', 'chain-1-1/Infinity,pair-all', '--check-worlds', '30')
    expect(out.match(/what hosts do alone they do in one world, in \d{3,} choices/g)).toHaveLength(2)
  })

  test('is told step by step', { timeout: minute_ms }, async () => {
    const out = await run('--scope', 'pair-1-1/Infinity', '--replay', '0.0.0')
    expect(out.split('\n').slice(0, 3)).toEqual([
      'a/1: a client enqueues m1',
      'a: the disk has written version 1',
      expect.stringContaining('a/1 → b/1: hello, 1 is next'),
    ])
  })
})

describe('a broken engine', () => {
  test('is found, by the shortest way to what it breaks', { timeout: 2 * minute_ms }, async () => {
    const names = 'durable-counts-as-committed,restart-takes-for-loss,rewind-forgotten'
    const { mutants } = await exhaustive('--mutants', '--only', names)
    expect(mutants.map(({ name, by, choices }) => ({ name, by, choices: choices?.length }))).toEqual([
      { name: 'durable-counts-as-committed', by: expect.stringContaining('which is not durable'), choices: 6 },
      { name: 'restart-takes-for-loss', by: expect.stringContaining('came from nothing that is lost'), choices: 8 },
      { name: 'rewind-forgotten', by: expect.stringContaining('the work is never done'), choices: 6 },
    ])
  })
})
