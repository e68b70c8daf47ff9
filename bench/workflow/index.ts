/**
 * `npm run bench -- workflow`: three durable steps, here and in other engines of workflows; and workflows of many steps.
 *
 * @module
 */
import { mkdir, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { Figures } from '../core/report/figures.ts'
import { Missing } from '../core/runtimes/runtime.ts'
import { thisMachine } from '../machine.ts'
import { faults, type Row } from '../row.ts'
import { contendersNamed } from './contenders/all.ts'
import { drive } from './drive.ts'
import type { Ground } from './long/ground.ts'
import { measureLong, measureResume } from './long/measure.ts'
import { nodeOverFile, nodeOverMemory } from './long/node.ts'
import { inWorkerd } from './long/workerd.ts'
import { type Options, type PartName, parseOptions, usage } from './options.ts'
import { fullPlan, type Plan, quickPlan } from './plan.ts'
import { drawCharts } from './report/charts.ts'
import { goalsOf } from './report/goals.ts'
import { type Party, type Run, writeReport } from './report/report.ts'
import { rowsOf } from './rows.ts'

const results = join(import.meta.dirname, '..', 'results')

/** Progress goes to stderr; the report, without its method, and the goals to stdout. Sets the exit code if anything failed. */
export async function runWorkflowBenchmark(args: readonly string[]): Promise<void> {
  let options: Options
  try {
    options = parseOptions(args)
  } catch (error) {
    say(`${error instanceof Error ? error.message : String(error)}\n\n${usage}`)
    process.exitCode = 2
    return
  }
  const { quick, seed } = options
  const run = await runParts(options, quick ? quickPlan(seed) : fullPlan(seed))
  for (const row of run.rows) {
    const found = faults(row)
    if (found.length > 0) throw new Error(`${JSON.stringify(row)}: ${found.join(', ')}`)
  }
  await writeResults(run, options)
  const report = writeReport(run)
  console.log(report.slice(0, report.indexOf('## How it is measured')))
  for (const { goal, where, got, met } of goalsOf(new Figures(run.rows))) {
    const mark = met === undefined ? '?' : met ? '✓' : '✗'
    console.log(`${mark} ${goal} (${where}): ${got ?? 'not measured'}`)
  }
}

/** One after the other: never two at once on the same cores. */
export async function runParts({ parts, contenders }: Options, plan: Plan): Promise<Run> {
  const machine = thisMachine()
  const parties: Party[] = []
  const rows: Row[] = []
  const missing: string[] = []
  const onGrounds = async (measure: (ground: Ground) => Promise<Row[]>) => {
    for (const open of [async () => nodeOverMemory(), nodeOverFile, inWorkerd]) {
      const ground = await open()
      try {
        rows.push(...(await measure(ground)))
        const { name, version } = ground
        if (!parties.some((party) => party.name === name)) parties.push({ name, version, durability: '' })
      } finally {
        await ground.close()
      }
    }
  }
  const run: Readonly<Record<PartName, () => Promise<void>>> = {
    async steps() {
      const driven = await drive(contendersNamed(contenders, say), plan, say)
      rows.push(...rowsOf('http', driven.measured))
      missing.push(...driven.missing)
      for (const [name, opened] of driven.opened) parties.push({ name, ...opened })
    },
    long: () => onGrounds((ground) => measureLong(ground, plan.long, say)),
    resume: () => onGrounds((ground) => measureResume(ground, plan.resume, say)),
  }
  for (const part of parts) {
    try {
      await run[part]()
    } catch (error) {
      // What the other parts have found is not thrown away.
      if (!(error instanceof Missing)) {
        console.error(error)
        process.exitCode = 1
      }
      const why = error instanceof Error ? error.message : String(error)
      missing.push(`${part}: ${why}`)
      say(`left out: ${part}: ${why}`)
    }
  }
  return { machine, load_after: thisMachine().load_per_core, plan, parties, rows, missing }
}

async function writeResults(run: Run, { quick, json, markdown }: Options): Promise<void> {
  const where = (name: string) => (quick ? undefined : join(results, name))
  const rowsFile = json ?? where('workflow.json')
  if (rowsFile !== undefined) await write(rowsFile, `${JSON.stringify(run.rows, undefined, 1)}\n`)
  const reportFile = markdown ?? where('workflow.md')
  if (reportFile === undefined) return
  await write(reportFile, writeReport(run))
  for (const [name, svg] of drawCharts(new Figures(run.rows))) await write(join(dirname(reportFile), name), svg)
  say(`wrote ${reportFile}`)
}

async function write(file: string, content: string): Promise<void> {
  await mkdir(dirname(file), { recursive: true })
  await writeFile(file, content)
}

function say(line: string): void {
  console.error(line)
}
