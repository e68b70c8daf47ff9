/** One mutant's process: scope after scope, breadth first if nothing else is said, until one is broken. Prints one line of JSON. */
import type { Found } from './explored.ts'

await import('./see-through.mjs' as string)
const { explore } = await import('./search.ts')
const { scopesNamed } = await import('./named.ts')

const names = (process.env.DARQ_SCOPES ?? '').split(',')
const seconds_max = Number(process.env.DARQ_SECONDS ?? '60')
let at = ''
let states = 0

function tell(found: Found | undefined): void {
  const by = found?.message.split('\n')[0] ?? 'all was searched'
  console.log(JSON.stringify({ found: found !== undefined, by, choices: found?.path, scope: at, states }))
  process.exit(0)
}

// A broken rule may also break an assertion of the code itself, where nobody waits for it.
process.on('uncaughtException', (error) => tell({ message: String(error), path: [] }))
process.on('unhandledRejection', (error) => tell({ message: String(error), path: [] }))

for (const scope of names.flatMap((name) => scopesNamed(name))) {
  at = `${scope.name}/${scope.k}`
  const explored = await explore(scope, { seconds_max })
  states += explored.states
  if (explored.found) tell(explored.found)
  if (!explored.complete) console.error(`${at}: not all of it in ${seconds_max} s`)
}
tell(undefined)
