/** One mutant's process: seed after seed of every application, until one catches it. Prints one line of JSON. */
import { simulate } from '../../runtime-ts/src/testing/index.ts'

await import('./resolve-examples.mjs' as string)
const { jobs } = await import('./jobs.ts')
const seeds_max = Number(process.env.DARQ_SEEDS ?? '60')

async function hunt(): Promise<{ caught: boolean; seed: number | null; by: string }> {
  for (let seed = 1; seed <= seeds_max; seed += 1)
    for (const [name, job] of Object.entries(jobs)) {
      try {
        const { violations } = await simulate({ ...job, seeds: [seed, seed], shrink: false })
        const [violation] = violations
        if (violation) return { caught: true, seed, by: `${name}: ${violation.message.slice(0, 200)}` }
      } catch (error) {
        // A broken rule may also break an assertion of the engine itself.
        return { caught: true, seed, by: `${name}: ${String(error).slice(0, 200)}` }
      }
    }
  return { caught: false, seed: null, by: `${seeds_max} seeds` }
}

process.on('uncaughtException', (error) => {
  console.log(JSON.stringify({ caught: true, seed: null, by: `uncaught: ${String(error).slice(0, 200)}` }))
  process.exit(0)
})
console.log(JSON.stringify(await hunt()))
process.exit(0)
