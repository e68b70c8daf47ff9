/**
 * `node test/storage/mutants.ts [words]`: leaves out one practice after the other and shows that the test which stands for it
 * fails, and that it passes with the practice. With words: only the practices whose text has them.
 *
 * @module
 */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { MUTATION, type Mutation } from './mutation.ts'
import { type Practice, practices, untested } from './practices.ts'

interface Outcome {
  readonly passed: readonly string[]
  readonly failed: readonly string[]
}

interface VitestReport {
  readonly testResults: readonly {
    readonly assertionResults: readonly { readonly fullName: string; readonly status: string }[]
  }[]
}

const root = join(import.meta.dirname, '../..')
const report = join(tmpdir(), `darq-practices-${process.pid}.json`)

/** Runs the tests of one project whose full names begin with one of `names`; any character stands for a mark in them. */
async function run(project: string, names: readonly string[], without: Mutation | undefined): Promise<Outcome> {
  rmSync(report, { force: true })
  // Vitest puts a mark between the names of group and test.
  const anchored = names.map((name) => name.replaceAll(/[^\w ]/g, '.').replaceAll(' ', '( > | )'))
  const pattern = `^(${anchored.join('|')})`
  const child = spawn(
    process.execPath,
    [
      join(root, 'node_modules/vitest/vitest.mjs'),
      ...['run', '--root', root, '--config', join(import.meta.dirname, 'mutants.config.ts')],
      ...['--project', project, '--testNamePattern', pattern, '--testTimeout', '12000'],
      ...['--reporter', 'json', '--outputFile', report, 'test/storage'],
    ],
    {
      cwd: root,
      stdio: 'ignore',
      env: without === undefined ? process.env : { ...process.env, [MUTATION]: JSON.stringify(without) },
    },
  )
  await once(child, 'exit')
  const { testResults }: VitestReport = JSON.parse(readFileSync(report, 'utf8'))
  rmSync(report, { force: true })
  const results = testResults.flatMap(({ assertionResults }) => assertionResults)
  const named = (status: string) =>
    results.filter((result) => result.status === status).map(({ fullName }) => fullName.trim())
  return { passed: named('passed'), failed: named('failed') }
}

function verdictOn({ test }: Practice, outcome: Outcome): string {
  if (outcome.failed.some((name) => name.startsWith(test))) return 'caught'
  return outcome.passed.some((name) => name.startsWith(test)) ? 'LIVES' : 'NOT RUN'
}

const words = process.argv.slice(2).join(' ')
const wanted = practices.filter(({ practice, test }) => `${practice} ${test}`.includes(words))
let bad = 0

for (const project of ['node', 'chromium', 'firefox'] as const) {
  const here = wanted.filter((practice) => practice.project === project)
  if (here.length === 0) continue
  const names = [...new Set(here.map(({ test }) => test))]
  const sound = await run(project, names, undefined)
  const missing = names.filter((name) => !sound.passed.some((passed) => passed.startsWith(name)))
  bad += missing.length + sound.failed.length
  for (const name of [...sound.failed, ...missing]) console.log(`${project}  does not pass as it is: ${name}`)
  for (const practice of here) {
    const verdict = verdictOn(practice, await run(project, [practice.test], practice.without))
    if (verdict !== 'caught') bad++
    console.log(`${verdict.padEnd(8)} ${project.padEnd(9)} ${practice.practice}\n${' '.repeat(19)}by: ${practice.test}`)
  }
}

if (words === '') for (const { practice, why } of untested) console.log(`untested ${practice}: ${why}`)
console.log(`\n${wanted.length} practices, ${bad} without a test that notices`)
process.exitCode = bad === 0 && wanted.length > 0 ? 0 : 1
