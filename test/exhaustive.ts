/**
 * `npm run exhaustive -- [--scope NAME[/K],…] [--seconds N] [--json FILE] [--replay 0.2.1…] [--mutants [--only NAME,…]]
 * [--check-merges] [--check-worlds COUNT]`
 *
 * Searches small worlds of the real engine through and through, and prints how many states there are. Exits with 1 when a
 * guarantee was broken, a scope was not finished, or a mutant lived. See docs/exhaustive.md.
 *
 * @module
 */
import { writeFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import type { Explored } from './exhaustive/explored.ts'
import type { Hunted } from './exhaustive/hunt.ts'

const { values } = parseArgs({
  options: {
    scope: { type: 'string' },
    seconds: { type: 'string', default: '600' },
    json: { type: 'string' },
    replay: { type: 'string' },
    mutants: { type: 'boolean', default: false },
    only: { type: 'string' },
    'check-merges': { type: 'boolean', default: false },
    'check-worlds': { type: 'string' },
  },
})

// Before the engine is loaded.
await import('./exhaustive/see-through.mjs' as string)
const { explore } = await import('./exhaustive/search.ts')
const { story } = await import('./exhaustive/story.ts')
const { walk } = await import('./exhaustive/walks.ts')
const { scopesNamed } = await import('./exhaustive/named.ts')
const { huntMutants, alive } = await import('./exhaustive/hunt.ts')

const seconds_max = Number(values.seconds)
const named = values.scope ?? (values.mutants ? '' : 'pair-1-1,pair-takeover,ping')
const searched = named
  .split(',')
  .filter((name) => name !== '')
  .flatMap((name) => scopesNamed(name))

if (values.replay !== undefined) {
  const [scope] = searched
  if (!scope || searched.length > 1) throw new Error('--replay takes one --scope NAME/K')
  const path = values.replay.split('.').filter((at) => at !== '')
  console.log((await story(scope, path.map(Number))).join('\n'))
  process.exit()
}

if (values['check-worlds'] !== undefined) {
  for (const scope of searched) {
    const steps = await walk(scope, Number(values['check-worlds']))
    console.log(`${scope.name}, K ${scope.k}: what hosts do alone they do in one world, in ${steps} choices`)
  }
  process.exit()
}

const row = (...[scope = '', k = '', states = '', choices = '', ends = '', depth = '', seconds = '']: string[]) =>
  `${scope.padEnd(16)} ${k.padStart(8)} ${states.padStart(9)} ${choices.padStart(11)} ${ends.padStart(6)} ${depth.padStart(5)} ${seconds.padStart(7)}`

const explored: Explored[] = []
if (searched.length > 0) console.log(row('scope', 'K', 'states', 'transitions', 'ends', 'depth', 'seconds'))
for (const scope of searched) {
  let shown_s = 0
  const found = await explore(scope, {
    seconds_max,
    checkMerges: values['check-merges'],
    progress: ({ states, transitions, waiting, depth, stations, moves, seconds }) => {
      if (seconds - shown_s < 10) return
      shown_s = seconds
      console.error(
        `${scope.name}: ${states} states, ${transitions} transitions, ${waiting} to go on from, depth ${depth}; of single hosts ${stations} states, ${moves} moves; ${Math.round(seconds)} s`,
      )
    },
  })
  explored.push(found)
  const { k, states, transitions, ends, depth, seconds, complete } = found
  const counts = [states, transitions, ends, depth].map(String)
  console.log(`${row(scope.name, String(k), ...counts, seconds.toFixed(1))}${complete ? '' : '  NOT ALL'}`)
  if (!found.found) continue
  const { message, path } = found.found
  console.log(`\nBROKEN: ${message}\n`)
  console.log((await story(scope, path)).map((line, at) => `${String(at + 1).padStart(4)}  ${line}`).join('\n'))
  console.log(`\nAgain: npm run exhaustive -- --scope ${scope.name}/${k} --replay ${path.join('.')}\n`)
}

const hunted: readonly Hunted[] = values.mutants ? await huntMutants(seconds_max, values.only?.split(',')) : []
const living = alive(hunted)
if (living.length > 0) console.log(`Mutants that live: ${living.join(', ')}`)
if (values.json) {
  const plain = explored.map((one) => ({ ...one, k: String(one.k) }))
  writeFileSync(values.json, `${JSON.stringify({ explored: plain, mutants: hunted }, null, 2)}\n`)
}
process.exitCode = living.length > 0 || explored.some(({ complete }) => !complete) ? 1 : 0
