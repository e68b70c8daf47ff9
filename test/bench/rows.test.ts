import { expect, test } from 'vitest'
import { contenderNames } from '../../bench/core/contenders/contender.ts'
import { stageOf } from '../../bench/core/contenders/stage-of.ts'
import { v8Serializer } from '../../bench/core/contenders/v8-serializer.ts'
import { drive } from '../../bench/core/driver.ts'
import { parseOptions } from '../../bench/core/options.ts'
import { fullPlan, type Plan, quickPlan } from '../../bench/core/plan.ts'
import { Figures } from '../../bench/core/report/figures.ts'
import { whereTypeScriptWins } from '../../bench/core/report/wins.ts'
import { workloadNames } from '../../bench/core/workloads/workload.ts'
import { faults, type Row } from '../../bench/row.ts'

const row: Row = {
  bench: 'core',
  runtime: 'node',
  contender: 'wasm',
  workload: 'ingest',
  payload_bytes: 128,
  batch: 256,
  metric: 'throughput',
  unit: 'messages/s',
  value: 1,
  spread: 0,
}

/** Every workload, as small as it gets. A tick of the clock for each time it is read. */
async function smallRun(tick_ms: number): Promise<Row[]> {
  const quick = quickPlan(1)
  const specs = quick.specs.map((spec) => ({ ...spec, section_bytes: 1 << 14, count: Math.min(spec.count, 1000) }))
  const plan: Plan = { ...quick, specs, rounds: 2, warm_up_ms: 0, round_ms: 0 }
  let now_ms = 0
  const context = {
    now_ms: () => {
      now_ms += tick_ms
      return now_ms
    },
    heap_bytes: () => now_ms,
  }
  const opened = contenderNames.map(async (name) => [name, await stageOf(name, v8Serializer, context)] as const)
  return drive({ runtime: 'here', stages: new Map(await Promise.all(opened)) }, plan, () => undefined)
}

test('each workload gives rows without fault, each contender with a rate', async () => {
  const rows = await smallRun(0.01)
  expect(rows.flatMap(faults)).toEqual([])
  const figures = new Figures(rows)
  for (const workload of workloadNames) {
    expect(figures.all({ workload }), workload).not.toEqual([])
    if (workload === 'memory') continue
    const contenders = figures.all({ workload, metric: 'throughput' }).map(({ contender }) => contender)
    expect(new Set(contenders)).toEqual(new Set(workload === 'copy-in' ? ['wasm', 'twin'] : contenderNames))
  }
  expect(figures.all({ metric: 'not_measured' })).toEqual([])
})

test('a clock too coarse for single calls leaves the soak out, and says so', async () => {
  const rows = await smallRun(1)
  const soak = new Figures(rows).all({ workload: 'soak' })
  expect(soak.map(({ contender, metric, value }) => ({ contender, metric, value }))).toEqual(
    contenderNames.map((contender) => ({ contender, metric: 'not_measured', value: null })),
  )
  expect(soak[0]?.unit).toMatch(/1 ms are too coarse/)
})

test('a clock that stands still is refused', async () => {
  await expect(smallRun(0)).rejects.toThrow('stands still')
})

test.each([
  { unit: '' },
  { contender: '' },
  { batch: 1.5 },
  { payload_bytes: -1 },
  { value: Number.NaN },
  { value: -1 },
  { spread: Number.POSITIVE_INFINITY },
])('a row with %o has one fault', (wrong) => {
  expect(faults(row)).toEqual([])
  expect(faults({ ...row, ...wrong })).toHaveLength(1)
})

test('plans name every workload, and never the same size twice', () => {
  for (const { specs, rounds } of [fullPlan(1), quickPlan(1)]) {
    expect(new Set(specs.map(({ name }) => name))).toEqual(new Set(workloadNames))
    expect(new Set(specs.map((spec) => JSON.stringify(spec))).size).toBe(specs.length)
    expect(rounds).toBeGreaterThanOrEqual(10)
  }
})

test('the report begins with where TypeScript wins by more than the spread', () => {
  const ratio = { ...row, metric: 'ratio_to_twin', unit: '×', spread: 0.2 }
  const rows = [
    { ...ratio, value: 0.5 },
    { ...ratio, batch: 16, value: 0.95 },
    { ...ratio, batch: 1, value: 2 },
    { ...ratio, metric: 'ratio_to_idiomatic', value: 3 },
  ]
  const paragraph = whereTypeScriptWins(new Figures(rows))
  expect(paragraph).toContain(
    'Against the twin Wasm is behind in 1 of 3 comparisons: `ingest` (node 128 B × 256: 2.0 ×).',
  )
  expect(paragraph).toContain('In 1 more the two are even.')
  expect(paragraph).toContain('Against the idiomatic version Wasm is behind in 0 of 1 comparisons.')
  expect(paragraph).toContain('fell short of: ingest, 128 B × 256: ≥ 3 × twin (node: 0.50 ×). ')
})

test('the command line is checked', () => {
  expect(parseOptions([]).runtimes).toEqual(['node', 'chromium', 'firefox', 'workerd'])
  expect(parseOptions(['--quick']).runtimes).toEqual(['node'])
  expect(parseOptions(['--runtimes', 'workerd,node', '--no-native'])).toMatchObject({
    runtimes: ['node', 'workerd'],
    native: false,
  })
  expect(() => parseOptions(['--runtimes', 'deno'])).toThrow("got 'deno'")
  expect(() => parseOptions(['--seed', 'x'])).toThrow('whole number')
  expect(() => parseOptions(['--fast'])).toThrow()
})
