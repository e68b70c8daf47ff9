import { describe, expect, test } from 'vitest'
import { Figures } from '../../bench/core/report/figures.ts'
import { openBytes } from '../../bench/pipeline/contenders/bytes.ts'
import { contenderNames } from '../../bench/pipeline/contenders/contender.ts'
import { openDarq, openPlain } from '../../bench/pipeline/contenders/hosts.ts'
import { answerOnGround } from '../../bench/pipeline/flat/asks.ts'
import { driveFlat } from '../../bench/pipeline/flat/drive.ts'
import { memoryGround } from '../../bench/pipeline/flat/memory-ground.ts'
import { checkCounted } from '../../bench/pipeline/flat/opening.ts'
import { runClosedLoops } from '../../bench/pipeline/load/closed-loop.ts'
import { parseOptions } from '../../bench/pipeline/options.ts'
import { fullPlan, type Plan, quickPlan } from '../../bench/pipeline/plan.ts'
import { goalsOf } from '../../bench/pipeline/report/goals.ts'
import { writeReport } from '../../bench/pipeline/report/report.ts'
import { shareTable } from '../../bench/pipeline/report/shares.ts'
import { rowsOf } from '../../bench/pipeline/rows.ts'
import { runInWorkerd } from '../../bench/pipeline/runtimes/workerd.ts'
import { faults, type Row } from '../../bench/row.ts'
import { memory } from '../../runtime-ts/src/storage/memory.ts'
import { MemoryStore } from '../../runtime-ts/src/transactional/index.ts'

const place = { bench: 'pipeline', payload_bytes: 100, unit: '×', spread: 0 }
const now_ms = () => performance.now()
const latency = { p50_ms: 1, p99_ms: 2 }
const round = { messages: 10, lag_ms: 0, durable: latency, accepted: undefined, written_bytes: 1_000 }

function smallPlan(): Plan {
  const flat = { producers: 8, young_steps: 50, old_steps: 800, window_steps: 100, windows: 2 }
  return {
    ...quickPlan(1),
    producers: [1, 8],
    rounds: 2,
    round_ms: 20,
    warm_up_ms: 5,
    flat,
    opening: { pending: 1_500, times: 2 },
  }
}

describe('closed loops', () => {
  for (const [name, open] of [
    ['darq-bytes', () => openBytes(memory())],
    ['darq', () => openDarq(memory())],
    ['transactional', () => openPlain(new MemoryStore())],
  ] as const)
    test(`${name}: each message is counted once before the round is over`, async () => {
      const contender = await open()
      const more = (sent: number) => sent < 500
      const found = await runClosedLoops(contender, { producers: 16, more, now_ms, messages_per_sample: 1 })
      expect(found.messages).toBe(500)
      expect(found.elapsed_ms).toBeGreaterThan(0)
      expect(found.durable.p99_ms).toBeGreaterThanOrEqual(found.durable.p50_ms)
      await contender.close()
    })

  test('no producer sends before its last message is durable', async () => {
    let open = 0
    let most = 0
    const durable = async () => {
      open += 1
      most = Math.max(most, open)
      await Promise.resolve()
      open -= 1
    }
    const contender = {
      send: () => ({ accepted: () => undefined, durable: durable() }),
      settle: async () => {},
      close: async () => {},
    }
    const found = await runClosedLoops(contender, {
      producers: 7,
      more: (sent) => sent < 100,
      now_ms,
      messages_per_sample: 4,
    })
    expect([most, found.messages]).toEqual([7, 100])
  })

  test('level 0 remembers its total in the log, and tells when it is not what was sent', async () => {
    const storage = memory()
    const first = await openBytes(storage)
    const more = (sent: number) => sent < 40
    await runClosedLoops(first, { producers: 8, more, now_ms, messages_per_sample: 1 })
    await first.close()
    const second = await openBytes(storage)
    await expect(second.settle()).rejects.toThrow('0 messages were sent, 40 were counted')
    await second.close()
  })

  test('a counter that does not stand where it should is told', async () => {
    await expect(
      checkCounted(
        memoryGround(async () => 0),
        'empty',
        1,
      ),
    ).rejects.toThrow('1 steps were made, 0 were counted')
  })
})

test('rates are compared with the best of the other, latencies with one producer of it', () => {
  const measured = [
    {
      cell: { contender: 'darq', producers: 1 },
      rounds: [{ ...round, elapsed_ms: 10, durable: { p50_ms: 3, p99_ms: 4 } }],
    },
    { cell: { contender: 'darq', producers: 64 }, rounds: [{ ...round, elapsed_ms: 1 }] },
    {
      cell: { contender: 'platform-message', producers: 1 },
      rounds: [{ ...round, elapsed_ms: 20, durable: { p50_ms: 2, p99_ms: 4 } }],
    },
    { cell: { contender: 'platform-message', producers: 64 }, rounds: [{ ...round, elapsed_ms: 5 }] },
  ] as const
  const figures = new Figures(rowsOf('here', measured))
  expect(figures.rows.flatMap(faults)).toEqual([])
  expect(figures.value({ contender: 'darq', batch: 64, metric: 'ratio_to_platform' })).toBe(5)
  expect(figures.value({ contender: 'darq', batch: 1, metric: 'ratio_to_platform' })).toBe(0.5)
  expect(figures.value({ contender: 'darq', batch: 1, metric: 'latency_ratio_to_platform' })).toBe(1.5)
  expect(figures.value({ contender: 'darq', batch: 64, metric: 'written' })).toBe(100)
  expect(figures.value({ contender: 'darq', batch: 64, metric: 'written_rate' })).toBe(1)
})

test('one store over its life: growth and openings, and the counter stands where it should', async () => {
  const ground = memoryGround(async () => 1_000)
  const rows = await driveFlat(
    'node',
    (ask) => answerOnGround(ground, ask),
    smallPlan(),
    () => undefined,
  )
  expect(rows.flatMap(faults)).toEqual([])
  const metrics = new Figures(rows).all({ workload: 'flat-cost', contender: 'old' }).map(({ metric }) => metric)
  expect(metrics).toEqual(expect.arrayContaining(['step_growth', 'stored_growth', 'core_memory_growth']))
  expect(new Figures(rows).all({ workload: 'opening', metric: 'duration' }).map(({ batch }) => batch)).toEqual([
    800, 1_500,
  ])
  await checkCounted(ground, 'old', 1_000)
})

test('in workerd all contenders run to the end, and have rows without fault', async () => {
  const { rows } = await runInWorkerd({ ...smallPlan(), producers: [1, 16, 128], round_ms: 80 }, () => undefined)
  expect(rows.flatMap(faults)).toEqual([])
  const measured = new Figures(rows).all({ metric: 'throughput' }).map(({ contender }) => contender)
  expect(new Set(measured)).toEqual(new Set(contenderNames))
}, 30_000)

describe('the report', () => {
  const machine = { cpu: 'any', cores: 2, memory_gib: 8, system: 'Linux', load_per_core: 0 }
  const report = (rows: Row[], load_per_core_after = 1) => {
    const reports = [{ name: 'chromium' as const, version: 'Chromium 1', rows }]
    return writeReport({ machine, load_per_core_after, plan: fullPlan(1), reports, missing: ['workerd: gone'] })
  }
  const ratio = (value: number): Row => {
    const at = { runtime: 'chromium', contender: 'darq', workload: 'closed-loops', batch: 1024 }
    return { ...place, ...at, metric: 'ratio_to_platform', value }
  }

  test('says first which goals are missed, and by how much', () => {
    const [title, first] = report([ratio(40)]).split('\n\n')
    expect(title).toBe('# The pipeline: from a message to a durable step')
    expect(first).toContain('falls short of 1 of')
    expect(first).toContain('chromium: 1024 producers, level 1: ≥ 100 × one transaction per message (it is 40.0 ×)')
  })

  test('says when the machine had other things to do while it ran', () => {
    expect(report([ratio(40)])).not.toContain('busy')
    expect(report([ratio(40)], 5)).toContain('0.0 processes per core wanted to run before it, 5.0 at its end')
  })

  test('does not claim what was not measured', () => {
    const [, first] = report([ratio(140)]).split('\n\n')
    expect(first).toMatch(/^No goal that was measured is missed\. \d+ of \d+ were not measured/)
  })

  test("sets a step's time next to its computing alone and its bytes alone", () => {
    const row = (runtime: string, contender: string, metric: string, value: number): Row => {
      const at = { runtime, contender, workload: 'closed-loops', batch: contender === 'platform-64k' ? 1 : 1024 }
      return { ...place, ...at, metric, value }
    }
    const rows = [
      row('node', 'darq', 'throughput', 500_000),
      row('chromium', 'darq', 'throughput', 100_000),
      row('chromium', 'darq', 'written', 240),
      row('chromium', 'platform-64k', 'written_rate', 40),
    ]
    expect(shareTable(new Figures(rows), 'chromium')).toContain('| darq | 10.0 | 2.0 | 6.0 |')
    expect(shareTable(new Figures(rows.slice(1)), 'chromium')).toBe('')
  })

  test('a short run says nothing about a million steps', () => {
    const row = { ...place, runtime: 'node', contender: 'old', workload: 'flat-cost', metric: 'step_growth', value: 1 }
    const met = (batch: number) =>
      goalsOf(new Figures([{ ...row, batch }])).find(({ goal, where }) => where === 'node' && goal.includes('time ≤'))
        ?.met
    expect([met(20_000), met(1_000_000)]).toEqual([undefined, true])
  })
})

test('options: unknown runtimes and counts that are none are refused', () => {
  expect(parseOptions(['--runtimes', 'node,workerd', '--producers', '1,8'])).toMatchObject({
    runtimes: ['node', 'workerd'],
    producers: [1, 8],
  })
  expect(() => parseOptions(['--runtimes', 'netscape'])).toThrow("got 'netscape'")
  expect(() => parseOptions(['--producers', '0'])).toThrow('expected counts')
})
