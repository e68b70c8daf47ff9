/**
 * Runs every mutant under the simulator, each in a process of its own, until a seed catches it.
 *
 * @module
 */
import { spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { type Mutant, mutants } from './mutants.ts'

export interface Hunted {
  readonly name: string
  readonly caught: boolean
  readonly seed: number | null
  readonly by: string
}

const seeds_max = 100
const at_once = 2
const hunt_ms_max = 300_000

/** @param names of those to hunt; all without it */
export async function huntMutants(names?: readonly string[]): Promise<readonly Hunted[]> {
  const hunted: Hunted[] = []
  for (const name of names ?? [])
    if (!mutants.some((mutant) => mutant.name === name)) throw new Error(`there is no mutant ${name}`)
  const waiting = mutants.filter(({ name }) => names?.includes(name) ?? true)
  const hunters = Array.from({ length: at_once }, async () => {
    for (let mutant = waiting.shift(); mutant; mutant = waiting.shift()) {
      const found = await hunt(mutant)
      hunted.push(found)
      const verdict = found.caught ? `caught by seed ${found.seed}: ${found.by}` : `LIVES: ${found.by}`
      console.log(`${mutant.name.padEnd(28)} ${verdict}`)
    }
  })
  await Promise.all(hunters)
  return hunted
}

function hunt(mutant: Mutant): Promise<Hunted> {
  const here = (path: string) => fileURLToPath(new URL(path, import.meta.url))
  return new Promise((resolve) => {
    const child = spawn(
      process.execPath,
      ['--import', new URL('./mutate.mjs', import.meta.url).href, here('./hunt-one.ts')],
      {
        env: {
          ...process.env,
          DARQ_MUTANT: JSON.stringify(mutant),
          DARQ_JOBS: mutant.jobs.join(),
          DARQ_SEEDS: String(seeds_max),
        },
        stdio: ['ignore', 'pipe', 'pipe'],
      },
    )
    let out = ''
    let error = ''
    child.stdout.on('data', (data) => {
      out += data
    })
    child.stderr.on('data', (data) => {
      error += data
    })
    const timer = setTimeout(() => child.kill('SIGKILL'), hunt_ms_max)
    child.on('close', (code) => {
      clearTimeout(timer)
      const last = out.trim().split('\n').at(-1) ?? ''
      const { name } = mutant
      if (code === 0 && last.startsWith('{')) resolve({ name, ...JSON.parse(last) })
      else
        resolve({
          name,
          caught: false,
          seed: null,
          by: `the hunt broke (${code}): ${error.trim().split('\n').slice(0, 6).join(' | ')}`,
        })
    })
  })
}
