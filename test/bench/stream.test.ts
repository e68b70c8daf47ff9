import { describe, expect, test } from 'vitest'
import { Figures } from '../../bench/core/report/figures.ts'
import { faults } from '../../bench/row.ts'
import { byHandOver } from '../../bench/stream/contenders/by-hand.ts'
import { contenderNames } from '../../bench/stream/contenders/contender.ts'
import { openTwoHosts } from '../../bench/stream/contenders/two-hosts.ts'
import { type Round, runRound } from '../../bench/stream/load/round.ts'
import { parseOptions } from '../../bench/stream/options.ts'
import { fullPlan, quickPlan } from '../../bench/stream/plan.ts'
import { drawCharts } from '../../bench/stream/report/charts.ts'
import { goalsOf } from '../../bench/stream/report/goals.ts'
import { writeReport } from '../../bench/stream/report/report.ts'
import { rowsOf } from '../../bench/stream/rows.ts'
import { kOf, workloadOf } from '../../bench/stream/stage.ts'
import { workloadNames } from '../../bench/stream/workloads/workload.ts'
import { memory } from '../../runtime-ts/src/storage/memory.ts'

const plan = { ...quickPlan(1), records: 3_000, batch: 256, warm_up: 500, timed: 2 }
const flights = Array.from({ length: 500 }, (_, index) => ({
  date: `2001/01/${String(1 + Math.floor(index / 20)).padStart(2, '0')} ${String(index % 20).padStart(2, '0')}:30`,
  delay: index % 40,
  distance: 100,
  origin: ['JFK', 'LAX', 'SFO'][index % 3] ?? '',
  destination: 'BOS',
}))
const now_ms = () => performance.now()
const round = (duration_ms: number, processor_ms?: number): Round => ({
  records: 1_000,
  duration_ms,
  processor_ms,
  results: 7,
  latencies: [
    { seen_ms: 1, committed_ms: 3 },
    { seen_ms: 2, committed_ms: 5 },
  ],
})

describe.each(workloadNames)('%s', (name) => {
  const workload = workloadOf({ workload: name, plan, flights })

  test('gives the same records for the same numbers, the later the later', () => {
    expect(workload.records(700, 703)).toEqual(workload.records(600, 800).slice(100, 103))
  })

  test('comes to the same results on two hosts as by hand', async () => {
    for (const contender of ['speculative', 'k=0'] as const) {
      const opened = await openTwoHosts(workload, kOf(contender), () => memory(), now_ms)
      const { results, latencies } = await runRound(opened, workload, plan, now_ms, () => undefined)
      expect(results).toBeGreaterThan(10)
      expect(latencies).toHaveLength(plan.timed)
      for (const { seen_ms, committed_ms } of latencies) expect(seen_ms).toBeLessThanOrEqual(committed_ms)
      await opened.close()
    }
  })

  test('a round that comes to other results is void', async () => {
    const wrong = { ...workload, byHand: () => ({ ...workload.byHand(), results: 3, take: () => new Map() }) }
    const opened = byHandOver(
      workload.byHand(),
      async () => {},
      now_ms,
      async () => {},
    )
    await expect(runRound(opened, wrong, plan, now_ms, () => undefined)).rejects.toThrow(/results instead of 3/)
  })
})

test('by hand, all that is open is kept, and what is over goes', () => {
  const hand = workloadOf({ workload: 'lateness', plan, flights }).byHand()
  const [flight] = flights
  if (flight === undefined) expect.unreachable()
  const late = (date: string) => JSON.stringify([{ ...flight, date, delay: 60 }])
  const first = hand.take(late('2001/01/01 08:10'))
  expect([...first.keys()].filter((key) => key.startsWith('window'))).toHaveLength(1)
  const second = hand.take(late('2001/01/01 10:00'))
  expect([...second.values()].filter((value) => value === undefined)).toHaveLength(1)
  expect(hand.results).toBe(1)
})

test('rows are medians over the rounds, and say nothing of what was not measured', () => {
  const measured = { workload: 'trends', contender: 'k=0', batch: 512, payload_bytes: 90 } as const
  const rows = rowsOf('node', { ...measured, rounds: [round(10, 5), round(20, 5), round(5, 5)] })
  for (const row of rows) expect(faults(row)).toEqual([])
  const figures = new Figures(rows)
  expect(figures.value({ metric: 'throughput' })).toBe(100_000)
  expect(figures.value({ metric: 'processor' })).toBe(200_000)
  expect(figures.value({ metric: 'committed_p50' })).toBe(4)
  const without = rowsOf('chromium', {
    ...measured,
    rounds: [{ ...round(10), latencies: [{ seen_ms: undefined, committed_ms: 1 }] }],
  })
  expect(without.map(({ metric }) => metric)).toEqual(['throughput', 'committed_p50', 'committed_p99', 'results'])
})

test('the report says what was measured and what was missed', () => {
  const rows = (processor_ms: number) =>
    workloadNames.flatMap((workload) =>
      contenderNames.flatMap((contender) =>
        rowsOf('node', { workload, contender, batch: 1_024, payload_bytes: 90, rounds: [round(10, processor_ms)] }),
      ),
    )
  const machine = { cpu: 'one', cores: 2, memory_gib: 4, system: 'some', load_per_core: 0.1 }
  const run = { machine, load_per_core_after: 1, plan: fullPlan(1), versions: ['Node'], missing: [] }
  expect(goalsOf(new Figures(rows(5))).map(({ met }) => met)).toEqual([true, true])
  expect(goalsOf(new Figures([])).map(({ met }) => met)).toEqual([undefined, undefined])
  expect(writeReport({ ...run, rows: rows(5) })).toContain('No goal that was measured is missed.')
  const slow = writeReport({ ...run, rows: rows(50) })
  expect(slow).toContain('**It falls short of ')
  expect(slow).not.toContain('busy with other things')
  expect(writeReport({ ...run, machine: { ...machine, load_per_core: 2 }, rows: rows(5) })).toContain(
    'busy with other things',
  )
  expect(drawCharts(new Figures(rows(5))).get('stream.svg')).toContain('<svg')
})

test('the command line says what is wrong with it', () => {
  expect(parseOptions(['--quick', '--runtimes', 'node'])).toMatchObject({ quick: true, runtimes: ['node'] })
  expect(() => parseOptions(['--runtimes', 'abacus'])).toThrow(/expected some of node, chromium, workerd/)
  expect(() => parseOptions(['--seed', 'x'])).toThrow(/--seed/)
})
