import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, test, vi } from 'vitest'
import { Figures } from '../../bench/core/report/figures.ts'
import { Missing } from '../../bench/core/runtimes/runtime.ts'
import { faults, type Row } from '../../bench/row.ts'
import { checkAnswer, type Open } from '../../bench/workflow/contenders/contender.ts'
import { openDarq, openDarqCalls, openDarqHttp, openPlatform } from '../../bench/workflow/contenders/darq.ts'
import { start } from '../../bench/workflow/contenders/process.ts'
import { drive } from '../../bench/workflow/drive.ts'
import { canCountFlushes, flushesIn, noteFlushes } from '../../bench/workflow/flushes.ts'
import { runRound } from '../../bench/workflow/load/closed-loops.ts'
import { measureLong, measureResume, stretches_us } from '../../bench/workflow/long/measure.ts'
import { nodeOverFile, nodeOverMemory } from '../../bench/workflow/long/node.ts'
import { inWorkerd } from '../../bench/workflow/long/workerd.ts'
import { parseOptions } from '../../bench/workflow/options.ts'
import { type Plan, quickPlan } from '../../bench/workflow/plan.ts'
import { parseStat, timeOf_ms, treeOf } from '../../bench/workflow/processor-time.ts'
import { drawCharts } from '../../bench/workflow/report/charts.ts'
import { goalsOf } from '../../bench/workflow/report/goals.ts'
import { writeReport } from '../../bench/workflow/report/report.ts'
import { rowsOf, three_steps } from '../../bench/workflow/rows.ts'

// Processes are started, on a machine that may have more to do.
vi.setConfig({ testTimeout: 120_000 })

const quiet = () => undefined
const now_ms = () => performance.now()
const nothingSpent = { flushes: undefined, time_ms: undefined, client_ms: 0 }

function smallPlan(): Plan {
  const loads = [
    { clients: 1, runs: 3 },
    { clients: 4, runs: 12 },
  ]
  return { ...quickPlan(1), loads, rounds: 2, warm_up_runs: 4 }
}

describe('closed loops', () => {
  test('no client starts a workflow before its last one is done, and all together make as many as asked', async () => {
    const open = new Set<number>()
    const most = { at_once: 0 }
    const clients = [1, 2, 3].map((number) => async () => {
      expect(open.has(number)).toBe(false)
      open.add(number)
      most.at_once = Math.max(most.at_once, open.size)
      await Promise.resolve()
      open.delete(number)
    })
    const round = await runRound(clients, 20, async () => nothingSpent, now_ms)
    expect([round.runs, round.latencies_ms.length, most.at_once]).toEqual([20, 20, 3])
  })

  test('what a round has spent is what was spent between its beginning and its end', async () => {
    const meters = [
      { flushes: 5, time_ms: 100, client_ms: 7 },
      { flushes: 11, time_ms: 130, client_ms: 9.5 },
    ]
    const round = await runRound([async () => {}], 1, async () => meters.shift() ?? nothingSpent, now_ms)
    expect(round.spent).toEqual({ flushes: 6, time_ms: 30, client_ms: 2.5 })
  })

  test('a workflow that fails ends the round', async () => {
    const failing = async () => checkAnswer('any', { steps: 5 })
    await expect(runRound([failing], 1, async () => nothingSpent, now_ms)).rejects.toThrow('expected 6 steps')
  })
})

describe('flushes', () => {
  test('a call that another thread has interrupted counts once', () => {
    const notes = [
      '101 fdatasync(12)                     = 0',
      '102 fsync(4 <unfinished ...>',
      '101 fdatasync(12)                     = 0',
      '102 <... fsync resumed>)              = 0',
      '101 +++ exited with 0 +++',
    ]
    expect(flushesIn(notes.join('\n'))).toBe(3)
  })

  test.runIf(canCountFlushes())('those of a process and of its children are noted', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'darq-flushes-'))
    try {
      const flushes = noteFlushes(join(folder, 'notes'))
      const script = `for name in a b c; do dd if=/dev/zero of=$name bs=1 count=1 conv=fsync 2>/dev/null; done; echo done; exec sleep 60`
      const traced = start({ command: [...flushes.prefix, 'sh', '-c', script], cwd: folder })
      await traced.ready(/^done$/)
      expect(await flushes.count()).toBe(3)
      await traced.stop()
    } finally {
      await rm(folder, { recursive: true, force: true })
    }
  })
})

describe('time on the processor', () => {
  test('is read from behind a name that holds anything', () => {
    const line = '42 (a) b (c) S 7 42 42 0 -1 4194304 1 2 3 4 10 20 3 4 20 0 1 0 100 0 0'
    expect(parseStat(line)).toEqual({ pid: 42, parent: 7, time_ms: 370 })
  })

  test('of a tree is that of all who descend from its root, whatever their order', () => {
    const one = (pid: number, parent: number) => ({ pid, parent, time_ms: pid })
    const stats = [one(5, 4), one(4, 2), one(2, 1), one(3, 1), one(1, 0)]
    expect(treeOf([2], stats).map(({ pid }) => pid)).toEqual([5, 4, 2])
  })

  test('of this process grows as it works', () => {
    const before = timeOf_ms([process.pid])
    if (before === undefined) return
    for (const until = performance.now() + 60; performance.now() < until; );
    expect(timeOf_ms([process.pid])).toBeGreaterThan(before)
  })
})

describe('a process', () => {
  test('is ready when it says so, and is gone when it was stopped', async () => {
    const child = start({ command: ['sh', '-c', 'echo port 17; exec sleep 60'], cwd: '/' })
    const [, port] = await child.ready(/^port (\d+)$/)
    expect(port).toBe('17')
    await child.stop()
    expect(() => process.kill(child.pid, 0)).toThrow('ESRCH')
  })

  test('that ends before it is ready says why', async () => {
    const child = start({ command: ['sh', '-c', 'echo no room >&2; exit 3'], cwd: '/' })
    await expect(child.ready(/ready/)).rejects.toThrow(/status 3\nno room/)
  })

  test('that can not be started says so', async () => {
    const child = start({ command: [join('/', 'nowhere', 'nothing')], cwd: '/' })
    await expect(child.ready(/ready/)).rejects.toThrow('could not be started')
  })
})

describe('contenders in turn', () => {
  const made =
    (log: string[], name: string): Open =>
    async ({ flushes }) => ({
      version: '1',
      durability: 'none',
      processes: [],
      client: () => async () => void log.push(name),
      async close() {
        log.push(`${name} closed`)
        if (flushes === undefined) return
      },
    })

  test('all make the same number of runs, and who is not here is named', async () => {
    const log: string[] = []
    const contenders = new Map([
      ['darq', made(log, 'darq')],
      ['restate', made(log, 'restate')],
      [
        'dbos',
        async () => {
          throw new Missing('no PostgreSQL')
        },
      ],
    ] as const satisfies readonly (readonly [string, Open])[])
    // Nothing is traced here: what would be counted writes no notes.
    const { PATH } = process.env
    process.env.PATH = ''
    const driven = await drive(contenders, smallPlan(), quiet).finally(() => {
      process.env.PATH = PATH
    })
    const runs = (name: string) => log.filter((line) => line === name).length
    // Warmed up, then in each round connected and timed.
    expect(runs('darq')).toBe(2 * 4 + 2 * (1 + 3 + 4 + 12))
    expect(runs('restate')).toBe(runs('darq'))
    expect(log.filter((line) => line.endsWith('closed'))).toHaveLength(2)
    expect(driven.missing).toEqual([
      'dbos: no PostgreSQL',
      'flushes: not counted, there is no strace that filters by seccomp',
    ])
    const rows = rowsOf('http', driven.measured)
    expect(rows.flatMap(faults)).toEqual([])
    expect(new Figures(rows).all({ metric: 'runs' }).map(({ value }) => value)).toEqual([6, 24, 6, 24])
  })
})

for (const [name, open] of [
  ['darq', openDarq],
  ['darq-http', openDarqHttp],
  ['darq-calls', openDarqCalls],
  ['platform', openPlatform],
] as const satisfies readonly (readonly [string, Open])[])
  test(`${name}: three steps come to their sum in workerd, and are timed`, async () => {
    const rows = rowsOf('http', (await drive(new Map([[name, open]]), smallPlan(), quiet)).measured)
    expect(rows.flatMap(faults)).toEqual([])
    const figures = new Figures(rows)
    expect(figures.all({ metric: 'p50' })).toHaveLength(2)
    if (canCountFlushes()) {
      // An effect begins when what asks for it is flushed; the answer when the last one's result is.
      const least = { darq: 4, 'darq-http': 4, 'darq-calls': 1, platform: 3 }[name]
      expect(figures.value({ metric: 'flushes', batch: 1 })).toBeGreaterThanOrEqual(least)
    }
  })

describe('long workflows', () => {
  for (const [where, open] of [
    ['memory', async () => nodeOverMemory()],
    ['a file', nodeOverFile],
    ['workerd', inWorkerd],
  ] as const)
    test(`in ${where} come to their end, and go on after their store was opened again`, async () => {
      const ground = await open()
      try {
        const rows = await measureLong(ground, { steps: 300, stretch: 100, rounds: 1 }, quiet)
        rows.push(...(await measureResume(ground, { steps: 50, rounds: 1 }, quiet)))
        expect(rows.flatMap(faults)).toEqual([])
        // In Node with the time on the processor.
        expect(rows).toHaveLength(2 * (where === 'workerd' ? 3 : 6) + 2)
      } finally {
        await ground.close()
      }
    })

  test('the first and the last stretch are those between the outermost marks', () => {
    expect(stretches_us([10, 12, 50, 51], 1000)).toEqual({ first: 2, last: 1 })
    expect(() => stretches_us([1], 1000)).toThrow('two marks')
  })
})

describe('the report', () => {
  const machine = { cpu: 'any', cores: 2, memory_gib: 8, system: 'Linux', load_per_core: 0 }
  const report = (rows: Row[]) =>
    writeReport({ ...{ machine, load_after: 0, plan: quickPlan(1), rows }, parties: [], missing: ['dbos: not here'] })
  const row = (contender: string, batch: number, metric: string, value: number): Row => ({
    ...{ bench: 'workflow', runtime: 'http', contender, workload: three_steps, payload_bytes: 0, batch },
    ...{ metric, unit: 'any', value, spread: 0 },
  })
  const rows = (p50_ms: number, runs_per_s: number) => [
    ...[row('darq', 1, 'p50', p50_ms), row('darq', 64, 'p50', 1), row('restate', 1, 'p50', 10)],
    ...[row('darq', 64, 'throughput', runs_per_s), row('restate', 64, 'throughput', 300)],
    row('darq', 1, 'throughput', 100),
  ]

  test('says first which goals are missed, and by how much', () => {
    const [title, first] = report(rows(5, 600)).split('\n\n')
    expect(title).toBe('# Workflows: three durable steps, and ten thousand')
    expect(first).toContain('falls short of 2 of 2')
    expect(first).toContain('p50 at least 5 × below Restate’s (it is 2.00 ×)')
    expect(first).toContain('throughput at least 10 × Restate’s (it is 2.00 ×)')
  })

  test('does not claim what was not measured', () => {
    const [, first] = report([row('darq', 1, 'p50', 1), row('darq', 1, 'throughput', 1)]).split('\n\n')
    expect(first).toBe('No goal that was measured is missed. 2 of 2 were not measured in this run.')
    expect(goalsOf(new Figures(rows(2, 3000))).map(({ met }) => met)).toEqual([true, true])
  })

  test('names who is not here', () => {
    expect(report(rows(1, 1))).toContain('| left out | dbos: not here |')
  })

  test('a chart for each metric and number of clients, with a bar for each contender that was measured', () => {
    const charts = drawCharts(new Figures(rows(5, 600)))
    expect([...charts.keys()]).toEqual([
      'workflow-p50-1.svg',
      'workflow-p50-64.svg',
      'workflow-throughput-1.svg',
      'workflow-throughput-64.svg',
    ])
    expect(charts.get('workflow-p50-1.svg')?.match(/<rect class="series-\d" [^>]*><title>/g)).toHaveLength(2)
  })
})

test('options: unknown parts and contenders are refused', () => {
  expect(parseOptions(['--parts', 'long', '--quick'])).toMatchObject({ parts: ['long'], quick: true })
  expect(() => parseOptions(['--parts', 'short'])).toThrow("got 'short'")
  expect(() => parseOptions(['--contenders', 'darq,temporal'])).toThrow("got 'temporal'")
})

test('a store of notes that nobody has made is an error, not a zero', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'darq-flushes-'))
  try {
    await writeFile(join(folder, 'other'), '')
    await expect(noteFlushes(join(folder, 'notes')).count()).rejects.toThrow('ENOENT')
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
})
