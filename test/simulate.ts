/**
 * `npm run simulate -- [--seeds A..B] [--jobs bank,ring,…] [--events N] [--core twin|wasm|both] [--mutants [--only NAME,…]] [--json FILE]`
 *
 * Runs the applications of the tests under the simulator and prints what it saw. Exits with 1 when a guarantee was broken,
 * a fault never fired or a rare path was never taken in a run of the standard size, or a mutant lived. With `--mutants` and
 * without `--seeds` only the mutants are hunted. See docs/simulate.md.
 *
 * @module
 */
import { writeFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { type CoreMaker, type VectorsMaker, wasm, wasmVectors } from '@darq/core'
import { twin, twinVectors } from '@darq/core/twin'
import {
  type FaultKind,
  faultKinds,
  lossKinds,
  type Report,
  rarePaths,
  simulate,
} from '../runtime-ts/src/testing/index.ts'
import { huntMutants } from './simulate/hunt.ts'
import type { Job } from './simulate/jobs/job.ts'
import { pairedCores } from './simulate/paired-cores.ts'
import { pairedVectors } from './simulate/paired-vectors.ts'

const { values } = parseArgs({
  options: {
    seeds: { type: 'string' },
    jobs: { type: 'string' },
    events: { type: 'string', default: '3000' },
    'faults-max': { type: 'string' },
    core: { type: 'string', default: 'both' },
    mutants: { type: 'boolean', default: false },
    only: { type: 'string' },
    json: { type: 'string' },
    quiet: { type: 'boolean', default: false },
  },
})

const seeds = values.seeds ?? (values.mutants ? '1..0' : '1..100')
const [from = 1, to = from] = seeds.split('..').map(Number)
const events_max = Number(values.events)

async function makersNamed(name: string): Promise<{ core: CoreMaker; vectors: VectorsMaker }> {
  if (name === 'twin') return { core: twin(), vectors: twinVectors() }
  if (name === 'wasm') return { core: await wasm(), vectors: await wasmVectors() }
  if (name === 'both')
    return { core: pairedCores(await wasm(), twin()), vectors: pairedVectors(await wasmVectors(), twinVectors()) }
  throw new Error(`--core takes twin, wasm or both, not ${name}`)
}

// The examples among the jobs need a resolver of their own, which must be there first.
await import('./simulate/resolve-examples.mjs' as string)
const { jobs } = await import('./simulate/jobs.ts')
const { oracle } = await import('./simulate/oracle.ts')

const makers = await makersNamed(values.core)
const started_ms = performance.now()
const started_cpu = process.cpuUsage()
// The oracle's time is not the simulator's: its work is counted in no events.
let oracle_cpu_us = 0
async function expected(job: Job, seed: number): Promise<unknown> {
  const before = process.cpuUsage()
  const outcome = await oracle(job, seed)
  const { user, system } = process.cpuUsage(before)
  oracle_cpu_us += user + system
  return outcome
}
const reports: Report[] = []
for (const name of to < from ? [] : (values.jobs?.split(',') ?? Object.keys(jobs))) {
  const job = jobs[name]
  if (!job) throw new Error(`--jobs takes ${Object.keys(jobs).join()}, not ${name}`)
  // Where all of them run, a long one has fewer seeds.
  const last = values.jobs === undefined ? from + Math.ceil((to - from + 1) / (job.length ?? 1)) - 1 : to
  let shown_ms = performance.now()
  const report = await simulate({
    ...job,
    ...(job.outcome && job.withoutOracle !== true && { oracle: (seed: number) => expected(job, seed) }),
    seeds: [from, last],
    events_max,
    ...makers,
    ...(values['faults-max'] === undefined ? {} : { faults_max: Number(values['faults-max']) }),
    replay: ([first, last], faults) =>
      `npm run simulate -- --jobs ${name} --seeds ${first}..${last} --events ${events_max} --core ${values.core}${Number.isFinite(faults) ? ` --faults-max ${faults}` : ''}`,
    progress: (seed, { events }) => {
      if (values.quiet || performance.now() - shown_ms < 2_000) return
      shown_ms = performance.now()
      console.error(`${name}: seed ${seed} of ${last}, ${events} events`)
    },
  })
  reports.push(report)
  if (!values.quiet)
    console.log(`${name.padEnd(8)} ${report.seeds} seeds, ${report.events} events, hash ${report.hash}`)
}
const seconds = (performance.now() - started_ms) / 1000

const events = reports.reduce((sum, report) => sum + report.events, 0)
const violations = reports.flatMap((report) => report.violations)
const faults: Record<string, number> = {}
const paths: Record<string, number> = {}
const codes: Record<string, number> = {}
for (const report of reports) {
  for (const [kind, count] of Object.entries(report.faults)) faults[kind] = (faults[kind] ?? 0) + count
  for (const [path, count] of Object.entries(report.paths)) paths[path] = (paths[path] ?? 0) + count
  for (const [code, count] of Object.entries(report.codes)) codes[code] = (codes[code] ?? 0) + count
}
// Of one core's time: what else the machine does doesn't count.
const { user, system } = process.cpuUsage(started_cpu)
const cpu_seconds = (user + system - oracle_cpu_us) / 1e6
const events_per_second = events === 0 ? 0 : Math.round(events / cpu_seconds)

for (const { message, trace, replay, seed, event, faults } of violations)
  console.log(
    `\n${trace}\n\nVIOLATION in seed ${seed} after event ${event}, with ${faults} faults: ${message}\nAgain: ${replay}\n`,
  )

// A standard run is long enough for every fault; a short one, some of the jobs, or one seed run again, is not.
const standard = to - from + 1 >= 100 && values.jobs === undefined && values['faults-max'] === undefined
const allKinds: readonly FaultKind[] = [...faultKinds, ...lossKinds]
const silent = [...allKinds.filter((kind) => !faults[kind]), ...rarePaths.filter((path) => !paths[path])]
if (!values.quiet && events > 0) {
  for (const kind of allKinds) console.log(`${String(faults[kind]).padStart(9)}  ${kind}`)
  for (const path of rarePaths) console.log(`${String(paths[path]).padStart(9)}  path: ${path}`)
  for (const [code, count] of Object.entries(codes)) console.log(`${String(count).padStart(9)}  reported: ${code}`)
  console.log(
    `${events} events in ${seconds.toFixed(1)} s, ${cpu_seconds.toFixed(1)} s of it on the processor: ${events_per_second} a second`,
  )
}
if (standard && silent.length > 0) console.log(`These faults and paths never came: ${silent.join(', ')}`)

const hunted = values.mutants ? await huntMutants(values.only?.split(',')) : []
if (values.json)
  writeFileSync(
    values.json,
    `${JSON.stringify({ seeds: to - from + 1, events, events_per_second, violations, faults, paths, codes, mutants: hunted }, null, 2)}\n`,
  )
const alive = hunted.filter(({ caught }) => !caught)
if (alive.length > 0) console.log(`Mutants that live: ${alive.map(({ name }) => name).join(', ')}`)
process.exitCode = violations.length > 0 || alive.length > 0 || (standard && silent.length > 0) ? 1 : 0
