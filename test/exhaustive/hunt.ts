/**
 * Searches with each mutant in a process of its own.
 *
 * @module
 */
import { spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { type Mutant, mutants } from './mutants.ts'

export interface Hunted {
  readonly name: string
  readonly breaks: string
  readonly found: boolean
  readonly by: string
  readonly scope: string
  /** The shortest way to what it breaks. */
  readonly choices: readonly number[] | undefined
  /** How many worlds were visited until then. */
  readonly states: number
}

/** @param names of those to hunt; all without it */
export async function huntMutants(seconds_max: number, names?: readonly string[]): Promise<readonly Hunted[]> {
  for (const name of names ?? [])
    if (!mutants.some((mutant) => mutant.name === name)) throw new Error(`there is no mutant ${name}`)
  const hunted: Hunted[] = []
  for (const mutant of mutants) {
    if (names && !names.includes(mutant.name)) continue
    const one = await hunt(mutant, seconds_max)
    hunted.push(one)
    const verdict = one.found
      ? `found after ${one.choices?.length} choices in ${one.scope} (${one.states} states): ${one.by}`
      : `LIVES: ${one.by}`
    console.log(`${one.name.padEnd(36)} ${verdict}`)
  }
  return hunted
}

export const alive = (hunted: readonly Hunted[]): readonly string[] =>
  hunted.filter(({ found }) => !found).map(({ name }) => name)

function hunt({ name, breaks, patches, scopes }: Mutant, seconds_max: number): Promise<Hunted> {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, [fileURLToPath(new URL('./hunt-one.ts', import.meta.url))], {
      env: {
        ...process.env,
        DARQ_MUTANT: JSON.stringify(patches),
        DARQ_SCOPES: scopes.join(),
        DARQ_SECONDS: String(seconds_max),
      },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    let out = ''
    let error = ''
    child.stdout.on('data', (data) => {
      out += data
    })
    child.stderr.on('data', (data) => {
      error += data
    })
    child.on('close', (code) => {
      const last = out.trim().split('\n').at(-1) ?? ''
      const none = { found: false, scope: '', choices: undefined, states: 0 }
      if (code === 0 && last.startsWith('{')) {
        const told = JSON.parse(last)
        resolve({ name, breaks, ...told, by: told.found ? told.by : `${told.by} ${error.trim()}` })
      } else
        resolve({
          name,
          breaks,
          ...none,
          by: `the hunt broke (${code}): ${error.trim().split('\n').slice(0, 6).join(' | ')}`,
        })
    })
  })
}
