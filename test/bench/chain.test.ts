import { mkdtemp, rm, stat, truncate } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, test, vi } from 'vitest'
import { drive } from '../../bench/chain/drive.ts'
import { nextOf } from '../../bench/chain/link.ts'
import { runLoops } from '../../bench/chain/load/closed-loops.ts'
import { parseOptions } from '../../bench/chain/options.ts'
import { type Plan, quickPlan } from '../../bench/chain/plan.ts'
import { FileCells } from '../../bench/chain/processes/file-cells.ts'
import { drawCharts } from '../../bench/chain/report/charts.ts'
import { goalsOf } from '../../bench/chain/report/goals.ts'
import { drawLineChart } from '../../bench/chain/report/line-chart.ts'
import { writeReport } from '../../bench/chain/report/report.ts'
import { Causes } from '../../bench/chain/rollback/causes.ts'
import { crashOnce } from '../../bench/chain/rollback/measure.ts'
import { rowsOf, workloadOf } from '../../bench/chain/rows.ts'
import type { Passage } from '../../bench/chain/stations/chain.ts'
import { openInProcess } from '../../bench/chain/stations/in-process.ts'
import { nodeStation } from '../../bench/chain/stations/node.ts'
import { processesStation } from '../../bench/chain/stations/processes.ts'
import type { Station } from '../../bench/chain/stations/station.ts'
import { Traffic } from '../../bench/chain/stations/traffic.ts'
import { workerdStation } from '../../bench/chain/stations/workerd.ts'
import { Figures } from '../../bench/core/report/figures.ts'
import { faults, type Row } from '../../bench/row.ts'
import { Medium } from '../../runtime-ts/src/storage/memory.ts'

// Processes are started, on a machine that may have more to do.
vi.setConfig({ testTimeout: 120_000 })

const now_ms = () => performance.now()
const quiet = () => undefined

function smallPlan(): Plan {
  const small = { lengths: [1, 3], flushes_ms: [0, 5], loops: [1, 4], rounds: 2, round_ms: 5, warm_up_ms: 1 }
  return { ...quickPlan(1), ...small }
}

describe('closed loops', () => {
  test('no loop makes a request before its last one is committed', async () => {
    let open = 0
    let most = 0
    const request = (): Passage => {
      open += 1
      most = Math.max(most, open)
      const committed = Promise.resolve().then(() => {
        open -= 1
      })
      return { accepted: undefined, committed }
    }
    const chain = { request, counts: async () => undefined, close: async () => {} }
    const found = await runLoops(chain, { loops: 7, more: (made) => made < 100, now_ms })
    expect([most, found.requests, found.committed_ms.length, found.accepted_ms.length]).toEqual([7, 100, 100, 0])
  })

  for (const k of [0, 1, Number.POSITIVE_INFINITY])
    test(`k = ${k}: a request is accepted at the last host before it is committed there, once for each`, async () => {
      const chain = await openInProcess({ length: 4, k, flush_ms: 5 })
      const found = await runLoops(chain, { loops: 3, more: (made) => made < 12, now_ms })
      await chain.close()
      expect([found.committed_ms.length, found.accepted_ms.length]).toEqual([12, 12])
      // A flush of 5 ms at each of four hosts, or one alone.
      expect(Math.min(...found.committed_ms)).toBeGreaterThanOrEqual(k === 0 ? 19 : 4.9)
      expect(found.counts?.commits).toBeGreaterThanOrEqual(4)
    })
})

test('a chain ends at its last host', () => {
  expect([nextOf('a.3.1'), nextOf('a.3.2'), nextOf('a.3.3')]).toEqual(['a.3.2', 'a.3.3', undefined])
})

test('in Node all contenders run to the end, and have rows without fault', async () => {
  const rows = rowsOf('node', await drive(nodeStation(), smallPlan(), quiet))
  expect(rows.flatMap(faults)).toEqual([])
  const figures = new Figures(rows)
  const cells = figures.all({ metric: 'throughput' })
  expect(cells).toHaveLength(2 * 2 * 2 * 5)
  const committed_ms = (contender: string) =>
    figures.value({ contender, batch: 1, workload: workloadOf(3, 5), metric: 'committed_p50' }) ?? 0
  expect(committed_ms('gated')).toBeGreaterThanOrEqual(14.9)
  expect(committed_ms('k=0')).toBeGreaterThanOrEqual(14.9)
  expect(committed_ms('k=∞')).toBeGreaterThanOrEqual(4.9)
})

for (const [name, open] of [
  ['workerd', workerdStation],
  ['processes', processesStation],
] as const satisfies readonly (readonly [string, () => Promise<Station>])[])
  test(`${name}: all contenders run to the end, and what is added to a flush is waited for`, async () => {
    const station = await open()
    try {
      const plan = { ...smallPlan(), lengths: [2], flushes_ms: [30], loops: [1], rounds: 1 }
      const rows = rowsOf(station.name, await drive(station, plan, quiet))
      expect(rows.flatMap(faults)).toEqual([])
      const committed_ms = (contender: string) =>
        new Figures(rows).value({ contender, workload: workloadOf(2, 30), metric: 'committed_p50' }) ?? 0
      // The clock of workerd goes in steps of 1 ms.
      for (const contender of ['gated', 'k=0']) expect(committed_ms(contender)).toBeGreaterThanOrEqual(58)
      for (const contender of ['k=1', 'k=4', 'k=∞']) expect(committed_ms(contender)).toBeGreaterThanOrEqual(29)
    } finally {
      await station.close()
    }
  })

test('what a file has taken is there when it is opened again, but for what is torn', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'darq-file-cells-'))
  try {
    const path = join(folder, 'log')
    const bytes = (...values: number[]) => Uint8Array.from(values)
    const cells = await FileCells.open(path, new Medium(), 0)
    await cells.first(() => bytes(7))
    await cells.write({ add: [{ number: 1, value: bytes(1, 2) }], clear: undefined, wakeAt_ms: undefined })
    await cells.write({ add: [{ number: 2, value: bytes(3, 4, 5) }], clear: undefined, wakeAt_ms: undefined })
    await cells.close()
    const { size } = await stat(path)
    await truncate(path, size - 1)
    const again = await FileCells.open(path, new Medium(), 0)
    expect(await again.first(() => bytes(8))).toEqual(bytes(7))
    expect(await again.newest()).toEqual({ number: 1, value: bytes(1, 2) })
    await again.close()
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
})

test('vectors cross the wire when messages leave before they are durable, and not else', async () => {
  const vectorsOf = async (k: number) => {
    const traffic = new Traffic()
    const chain = await openInProcess({ length: 3, k, flush_ms: 5, traffic })
    await runLoops(chain, { loops: 1, more: (made) => made < 5, now_ms })
    await chain.close()
    expect(traffic.messages).toBe(10)
    return traffic.vector_bytes - 4 * traffic.data_frames
  }
  expect(await vectorsOf(0)).toBe(0)
  expect(await vectorsOf(Number.POSITIVE_INFINITY)).toBeGreaterThan(0)
})

describe('what came from what', () => {
  test('a host depends on what was lost if it handled what came from it, however many hops away', () => {
    const causes = new Causes()
    const early = causes.handled('a', undefined)
    early.isDurable = true
    const before = causes.handled('b', early)
    const lost = causes.handled('a', undefined)
    const near = causes.handled('c', lost)
    causes.handled('d', near)
    causes.handled('e', before)
    expect(causes.unsafe('a')).toEqual(new Set([lost]))
    expect(causes.dependents(causes.unsafe('a'))).toEqual(new Set(['a', 'c', 'd']))
  })

  test('what a host handled afterwards comes from what it had handled before', () => {
    const causes = new Causes()
    const lost = causes.handled('a', undefined)
    causes.handled('b', lost)
    const after = causes.handled('b', undefined)
    causes.handled('c', after)
    expect(causes.dependents(new Set([lost]))).toEqual(new Set(['a', 'b', 'c']))
  })
})

test('a crash in a graph rolls back whoever depended, and leaves most alone', async () => {
  let dependent = 0
  for (const seed of [1, 2, 3, 4]) {
    const outcome = await crashOnce(seed, 30, 200)
    expect(outcome).toMatchObject({ others: 29, orphans: 0 })
    dependent += outcome?.dependent ?? 0
    expect(outcome?.rolledBack).toBeLessThan(29)
  }
  expect(dependent).toBeGreaterThan(0)
})

describe('the report', () => {
  const machine = { cpu: 'any', cores: 2, memory_gib: 8, system: 'Linux', load_per_core: 0 }
  const plan = quickPlan(1)
  const report = (rows: Row[]) =>
    writeReport({ machine, plan, versions: new Map([['node', 'Node 1']]), rows, missing: [] })
  const row = (contender: string, metric: string, value: number): Row => ({
    ...{ bench: 'chain', runtime: 'node', contender, workload: workloadOf(10, 20), payload_bytes: 100, batch: 1 },
    ...{ metric, unit: 'ms', value, spread: 0 },
  })
  const chain = (committed_ms: number) => [
    { ...row('k=0', 'committed_p50', 20), workload: workloadOf(1, 20) },
    row('k=∞', 'committed_p50', committed_ms),
    row('k=∞', 'accepted_p50', 5),
    row('k=0', 'committed_p50', 210),
  ]

  test('says first which goals are missed, and by how much', () => {
    const [title, first] = report(chain(50)).split('\n\n')
    expect(title).toBe('# Chains: what a request through many hosts costs')
    expect(first).toContain('falls short of 2 of')
    expect(first).toContain('≤ 1.3 × (one flush and the hops) (it is 2.00 ×)')
    expect(first).toContain('≥ 7 × faster than K = 0 (it is 4.20 ×)')
  })

  test('does not claim what was not measured', () => {
    const [, first] = report(chain(26)).split('\n\n')
    expect(first).toMatch(/^No goal that was measured is missed\. \d+ of \d+ were not measured/)
    expect(goalsOf(new Figures(chain(26))).filter(({ met }) => met === true)).toHaveLength(2)
  })

  test('a chart for each flush, with a line for each contender', () => {
    const charts = drawCharts(new Figures(chain(26)), plan)
    expect([...charts.keys()]).toEqual(['chain-node-20ms.svg'])
    expect(charts.get('chain-node-20ms.svg')).toContain('<polyline class="line-1"')
  })

  test('a line chart puts the highest point below its top, and every point in its place', () => {
    const line = {
      name: 'a<b',
      points: [
        { x: 0, y: 0 },
        { x: 10, y: 40 },
      ],
    }
    const svg = drawLineChart({ title: 't', x_axis: 'x', y_axis: 'y', lines: [line] })
    expect(svg).toContain('points="72,348 736,64"')
    expect(svg).toContain('a&lt;b')
  })
})

test('options: unknown parts are refused', () => {
  expect(parseOptions(['--parts', 'rollback,node'])).toMatchObject({ parts: ['node', 'rollback'], quick: false })
  expect(() => parseOptions(['--parts', 'netscape'])).toThrow("got 'netscape'")
})
