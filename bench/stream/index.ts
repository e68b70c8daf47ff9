/**
 * `npm run bench -- stream`: records through filter, key and window to another host, durable; speculatively and not, beside a
 * loop by hand.
 *
 * @module
 */
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { flightsFile } from '../../browser-demo/data-file.ts'
import { Figures } from '../core/report/figures.ts'
import { Missing } from '../core/runtimes/runtime.ts'
import { thisMachine } from '../machine.ts'
import { Random } from '../random.ts'
import { faults, type Row } from '../row.ts'
import { contenderNames } from './contenders/contender.ts'
import type { Round } from './load/round.ts'
import { type Options, parseOptions, usage } from './options.ts'
import { fullPlan, type Plan, quickPlan } from './plan.ts'
import { drawCharts } from './report/charts.ts'
import { goalsOf } from './report/goals.ts'
import { type Run, writeReport } from './report/report.ts'
import { rowsOf } from './rows.ts'
import { openChromium } from './runtimes/chromium.ts'
import { openNode } from './runtimes/node.ts'
import type { OpenRuntime, Runtime, RuntimeName } from './runtimes/runtime.ts'
import { openWorkerd } from './runtimes/workerd.ts'
import { workloadOf } from './stage.ts'
import type { Flight } from './workloads/lateness.ts'
import { workloadNames } from './workloads/workload.ts'

const openers: Readonly<Record<RuntimeName, OpenRuntime>> = {
  node: openNode,
  chromium: openChromium,
  workerd: openWorkerd,
}
const defaultReport = join(import.meta.dirname, '..', 'results', 'stream.md')

/** Progress goes to stderr; the goals, at the end, to stdout. Sets the exit code if anything failed. */
export async function runStreamBenchmark(args: readonly string[]): Promise<void> {
  let options: Options
  try {
    options = parseOptions(args)
  } catch (error) {
    say(`${error instanceof Error ? error.message : String(error)}\n\n${usage}`)
    process.exitCode = 2
    return
  }
  const run = await runAll(options)
  for (const row of run.rows) {
    const found = faults(row)
    if (found.length > 0) throw new Error(`${JSON.stringify(row)}: ${found.join(', ')}`)
  }
  if (options.json !== undefined) await write(options.json, `${JSON.stringify(run.rows, undefined, 1)}\n`)
  const markdown = options.markdown ?? (options.quick ? undefined : defaultReport)
  if (markdown !== undefined) {
    await write(markdown, writeReport(run))
    for (const [name, svg] of drawCharts(new Figures(run.rows))) await write(join(dirname(markdown), name), svg)
    say(`wrote ${markdown}`)
  }
  for (const { goal, where, got, met } of goalsOf(new Figures(run.rows)))
    console.log(`${met === undefined ? '?' : met ? '✓' : '✗'} ${goal} (${where}): ${got ?? 'not measured'}`)
}

/** One after the other: never two at once on the same cores. */
export async function runAll({ quick, seed, runtimes }: Options): Promise<Run> {
  const plan = quick ? quickPlan(seed) : fullPlan(seed)
  const machine = thisMachine()
  const flights: readonly Flight[] = JSON.parse(await readFile(flightsFile, 'utf8'))
  const rows: Row[] = []
  const versions: string[] = []
  const missing: string[] = []
  for (const name of runtimes) {
    let runtime: Runtime
    try {
      runtime = await openers[name](say)
    } catch (error) {
      if (!(error instanceof Missing)) throw error
      missing.push(`${name}: ${error.message}`)
      say(`left out: ${name}: ${error.message}`)
      continue
    }
    try {
      rows.push(...(await runIn(runtime, plan, flights)))
      versions.push(runtime.version)
    } finally {
      await runtime.close()
    }
  }
  return { machine, load_per_core_after: thisMachine().load_per_core, plan, versions, rows, missing }
}

/** Rounds of all contenders, in an order that is drawn anew for each. */
async function runIn(runtime: Runtime, plan: Plan, flights: readonly Flight[]): Promise<Row[]> {
  const random = new Random(plan.seed)
  const cells = workloadNames.flatMap((workload) =>
    contenderNames.map((contender) => ({ workload, contender, rounds: [] as Round[] })),
  )
  for (let nth = 1; nth <= plan.rounds; nth += 1) {
    for (const { workload, contender, rounds } of random.shuffled(cells)) {
      const answered = await runtime.ask({ workload, contender, plan, flights })
      if ('error' in answered) throw new Error(`${runtime.name}, ${workload}, ${contender}: ${answered.error}`)
      rounds.push(answered.round)
      const { records, duration_ms } = answered.round
      say(`${runtime.name}: ${workload}, ${contender}: ${Math.round((records / duration_ms) * 1_000)} records/s`)
    }
    say(`${runtime.name}: round ${nth} of ${plan.rounds}`)
  }
  return cells.flatMap(({ workload, contender, rounds }) => {
    const [record] = workloadOf({ workload, plan, flights }).records(0, 1)
    const payload_bytes = JSON.stringify(record).length
    return rowsOf(runtime.name, { workload, contender, batch: plan.batch, payload_bytes, rounds })
  })
}

async function write(file: string, content: string): Promise<void> {
  await mkdir(dirname(file), { recursive: true })
  await writeFile(file, content)
}

function say(line: string): void {
  console.error(line)
}
