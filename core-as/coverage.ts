/**
 * Coverage of the AssemblyScript source by the tests: which statements and branches they come to.
 *
 *     node core-as/coverage.ts
 *
 * AssemblyScript has no coverage of its own. So the source is instrumented (coverage/instrument.ts), compiled without
 * optimisation into a copy of this package in build/coverage, and the package's tests run there. Prints a table, and every
 * place that no test came to. Ends with 1 when the tests fail.
 *
 * @module
 */
import { spawnSync } from 'node:child_process'
import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { instrument, type Spot } from './coverage/instrument.ts'

const core = fileURLToPath(new URL('.', import.meta.url))
const copy = join(core, 'build', 'coverage')
const spots: Spot[] = []

rmSync(copy, { recursive: true, force: true })
for (const part of ['src', 'test', 'coverage', 'package.json'])
  cpSync(join(core, part), join(copy, part), { recursive: true })
// What is tested there needs no instrumented core.
for (const name of readdirSync(join(copy, 'test'))) {
  if (/^(size|load|readme).*\.test\.ts$/.test(name)) rmSync(join(copy, 'test', name))
}
mkdirSync(join(copy, 'assembly'))
for (const name of readdirSync(join(core, 'assembly')).filter((each) => each.endsWith('.ts'))) {
  writeFileSync(join(copy, 'assembly', name), instrument(join(core, 'assembly', name), `assembly/${name}`, spots))
}
writeFileSync(
  join(copy, 'assembly', 'hit.ts'),
  '// @ts-ignore: decorator\n@external("hit", "hit")\nexport declare function hit(spot: i32): void\n',
)
writeFileSync(
  join(copy, 'vitest.config.ts'),
  `export default { test: { include: ['test/*.test.ts'], exclude: ['**/*.{chromium,firefox,webkit,workerd}.test.ts'], setupFiles: ['coverage/setup.ts'], testTimeout: 300_000 } }\n`,
)

run(
  'asc',
  ['assembly/index.ts', '--outFile', 'build/core.wasm', '--runtime', 'stub', '--use', 'abort='],
  [...['--noAssert', '--initialMemory', '1', '--memoryBase', '10240', '--enable', 'simd,bulk-memory']],
)
run('vitest', ['run', '--root', '.'], [])

const hit = new Set<number>()
for (const name of readdirSync(join(copy, 'hits'))) {
  for (const spot of JSON.parse(readFileSync(join(copy, 'hits', name), 'utf8'))) hit.add(spot)
}
const files = [...new Set(spots.map(({ file }) => file))].sort()
for (const file of [...files, '']) {
  const shares = (['statement', 'branch'] as const).map((kind) => {
    const all = [...spots.keys()].filter(
      (nth) => spots[nth]?.kind === kind && (file === '' || spots[nth]?.file === file),
    )
    const reached = all.filter((nth) => hit.has(nth)).length
    const share = all.length === 0 ? 100 : (100 * reached) / all.length
    return `${share.toFixed(1).padStart(6)} % of ${all.length.toString().padStart(4)} ${kind === 'branch' ? 'branches' : 'statements'}`
  })
  console.log(`${(file === '' ? 'all' : file).padEnd(28)} ${shares.join('  ')}`)
}
for (const [nth, { file, line, what }] of spots.entries()) {
  if (!hit.has(nth)) console.log(`never reached: ${file}:${line} ${what}`)
}

function run(command: string, first: readonly string[], more: readonly string[]): void {
  const { status } = spawnSync(command, [...first, ...more], { cwd: copy, stdio: ['ignore', 'inherit', 'inherit'] })
  if (status === 0) return
  console.error(`${command} failed`)
  process.exit(1)
}
