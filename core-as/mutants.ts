/**
 * Are the tests worth their coverage? Changes one operator of the AssemblyScript source at a time, compiles it, and runs the
 * package's tests, which must fail.
 *
 *     node core-as/mutants.ts --count 30 --seed 1
 *
 * Prints the share that was killed, and every survivor: it is either the same program in other words, or a missing test.
 *
 * @module
 */
import { spawnSync } from 'node:child_process'
import { cpSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { numbers } from './test/fuzz/hostile-bytes.ts'

/** What is written there, and what instead. */
const changes: readonly (readonly [RegExp, string])[] = [
  [/ < /g, ' <= '],
  [/ <= /g, ' < '],
  [/ > /g, ' >= '],
  [/ >= /g, ' > '],
  [/ == /g, ' != '],
  [/ != /g, ' == '],
  [/ \+ /g, ' - '],
  [/ - /g, ' + '],
  [/ && /g, ' || '],
  [/ \|\| /g, ' && '],
  [/return true/g, 'return false'],
  [/\+\+/g, '--'],
  [/ = 0$/gm, ' = 1'],
]
/** Comments, imports, constants and first values. */
const left_out = /^\s*(\*|\/\/|\/\*|import|export const|const \w+: \w+ = |let \w+: \w+ = .*$|static \w+: .* = )/
/** They read the compiled module themselves, or run nothing. */
const without_core = /^(size|load|readme|vector-codec).*\.test\.ts$/

interface Mutant {
  readonly file: string
  readonly at: number
  readonly from: string
  readonly to: string
  readonly line: number
  readonly code: string
}

const { values } = parseArgs({
  options: { count: { type: 'string', default: '30' }, seed: { type: 'string', default: '1' } },
})
const core = fileURLToPath(new URL('.', import.meta.url))
const copy = join(core, 'build', 'mutants')
rmSync(copy, { recursive: true, force: true })
for (const part of ['src', 'test', 'assembly', 'package.json', 'asconfig.json']) {
  cpSync(join(core, part), join(copy, part), { recursive: true })
}
for (const name of readdirSync(join(copy, 'test'))) if (without_core.test(name)) rmSync(join(copy, 'test', name))
const config = `export default { test: { include: ['test/*.test.ts'], exclude: ['**/*.{chromium,firefox,webkit,workerd}.test.ts'] } }\n`
writeFileSync(join(copy, 'vitest.config.ts'), config)

const mutants = readdirSync(join(copy, 'assembly'))
  .filter((name) => name.endsWith('.ts'))
  .flatMap(mutantsOf)
if (!compile() || !testsPass()) throw new Error('the tests fail on the source as it is')
const next = numbers(Number(values.seed))
const survivors: Mutant[] = []
let compiled = 0
for (let nth = 0; nth < Number(values.count); nth++) {
  const mutant = mutants[next(mutants.length)]
  if (mutant === undefined) break
  const path = join(copy, 'assembly', mutant.file)
  const source = readFileSync(path, 'utf8')
  writeFileSync(path, source.slice(0, mutant.at) + mutant.to + source.slice(mutant.at + mutant.from.length))
  if (compile()) {
    compiled++
    if (testsPass()) survivors.push(mutant)
  }
  writeFileSync(path, source)
}
console.log(`${compiled - survivors.length} of ${compiled} mutants killed (of ${mutants.length} that there are)`)
for (const { file, line, from, to, code } of survivors) {
  console.log(`survived: assembly/${file}:${line}  ${from.trim()} → ${to.trim()}  in  ${code}`)
}

function mutantsOf(file: string): Mutant[] {
  const source = readFileSync(join(copy, 'assembly', file), 'utf8')
  const lines = source.split('\n')
  return changes.flatMap(([pattern, to]) =>
    [...source.matchAll(pattern)].flatMap((match) => {
      const line = source.slice(0, match.index).split('\n').length
      const code = lines[line - 1] ?? ''
      return left_out.test(code) ? [] : [{ file, at: match.index, from: match[0], to, line, code: code.trim() }]
    }),
  )
}

function compile(): boolean {
  return spawnSync('asc', ['assembly/index.ts', '--config', 'asconfig.json'], { cwd: copy }).status === 0
}

/** A mutant may run for ever: that is a failure, too. */
function testsPass(): boolean {
  const ended = spawnSync('vitest', ['run', '--root', '.', '--bail', '1'], { cwd: copy, timeout: 120_000 })
  return ended.status === 0
}
