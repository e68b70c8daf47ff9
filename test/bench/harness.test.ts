import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { Missing } from '../../bench/core/runtimes/runtime.ts'
import { type Benchmark, measureIn, measureParts, runBenchmark } from '../../bench/harness/benchmark.ts'
import { type CommonOptions, commonOptions, someOf } from '../../bench/harness/options.ts'
import type { Row } from '../../bench/row.ts'

const said: string[] = []
beforeEach(() => {
  said.length = 0
  vi.spyOn(console, 'error').mockImplementation((line) => void said.push(String(line)))
  vi.spyOn(console, 'log').mockImplementation((line) => void said.push(String(line)))
})
afterEach(() => {
  vi.restoreAllMocks()
  process.exitCode = 0
})

const row: Row = {
  bench: 'some',
  runtime: 'node',
  contender: 'one',
  workload: 'load',
  payload_bytes: 0,
  batch: 1,
  metric: 'throughput',
  unit: 'steps/s',
  value: 5,
  spread: 1,
}
const some: Benchmark<CommonOptions, readonly Row[]> = {
  name: 'some',
  usage: 'how to use it',
  parse: ([seed = '1']) => commonOptions({ quick: true, seed }),
  measure: async () => [row],
  rowsOf: (rows) => rows,
  report: () => 'what was found\n\n## How it is measured\n\nlike this',
  charts: () => [],
  goals: (figures) => [{ goal: '≥ 4', where: 'node', got: `${figures.value({ contender: 'one' })}`, met: true }],
  keepsRows: true,
  showsReport: true,
}

test('a quick run of a benchmark writes no file, and says its report and goals', async () => {
  await runBenchmark(some, [])
  expect(said).toEqual(['what was found\n\n', '✓ ≥ 4 (node): 5'])
})

test('a benchmark with a wrong option measures nothing, and says how to use it', async () => {
  const measure = vi.fn(some.measure)
  await runBenchmark({ ...some, measure }, ['x'])
  expect(measure).not.toHaveBeenCalled()
  expect(said.join('\n')).toMatch(/--seed: expected a whole number, got x[\s\S]*how to use it/)
  expect(process.exitCode).toBe(2)
})

test('a benchmark whose row can’t be right throws', async () => {
  await expect(runBenchmark({ ...some, measure: async () => [{ ...row, spread: -1 }] }, [])).rejects.toThrow('spread')
})

test('a part of a benchmark that fails leaves the others measured, and sets the exit code', async () => {
  const measured: string[] = []
  const missing = await measureParts(['a', 'b', 'c'], {
    a: async () => void measured.push('a'),
    b: async () => Promise.reject(new Error('broken')),
    c: async () => void measured.push('c'),
  })
  expect(measured).toEqual(['a', 'c'])
  expect(missing).toEqual(['b: broken'])
  expect(process.exitCode).toBe(1)
})

test('a runtime that is not there is left out, and one that fails throws', async () => {
  const measure = async (name: string) => {
    if (name === 'away') throw new Missing('not installed')
    if (name === 'broken') throw new Error('broken')
    return name
  }
  expect(await measureIn(['here', 'away'], measure)).toEqual({ reports: ['here'], missing: ['away: not installed'] })
  await expect(measureIn(['broken', 'here'], measure)).rejects.toThrow('broken: the benchmark failed')
})

test('names in an option come in the order of those that are known', () => {
  expect(someOf('parts', 'c,a', ['a', 'b', 'c'])).toEqual(['a', 'c'])
  expect(() => someOf('parts', 'a,d', ['a', 'b'])).toThrow("--parts: expected some of a, b, got 'd'")
})
