/** One mutant's process: seed after seed of the jobs that fit, until one catches it. Prints one line of JSON. */
import { simulate } from '../../runtime-ts/src/testing/index.ts'

await import('./resolve-examples.mjs' as string)
const { jobs } = await import('./jobs.ts')
const seeds_max = Number(process.env.DARQ_SEEDS ?? '100')
const names = (process.env.DARQ_JOBS ?? Object.keys(jobs).join()).split(',')
let seed = 0
let at = ''

function tell(caught: boolean, by: string): void {
  console.log(JSON.stringify({ caught, seed: caught ? seed : null, by: `${at}: ${by.slice(0, 200)}` }))
  process.exit(0)
}

/** A broken rule may also break an assertion of the code itself; but what calls a name that is gone is no mutant any more. */
function thrown(error: unknown): void {
  if (/is not (a function|defined)/.test(String(error))) {
    console.error(error)
    process.exit(4)
  }
  tell(true, String(error))
}

process.on('uncaughtException', thrown)
process.on('unhandledRejection', thrown)

for (seed = 1; seed <= seeds_max; seed += 1) {
  for (const name of names) {
    const job = jobs[name]
    if (!job) throw new Error(`there is no job ${name}`)
    at = name
    const { violations } = await simulate({ ...job, seeds: [seed, seed], shrink: false })
    const [violation] = violations
    if (violation) tell(true, violation.message)
  }
}
tell(false, `${seeds_max} seeds`)
