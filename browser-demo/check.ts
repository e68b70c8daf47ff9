/**
 * `npm run demo:check`: the flights job in real parts under seeded crashes, and the proof that nothing was lost or counted
 * twice. `--data FILE`, `--seed N`, `--kills N`, `--json FILE`. Ends with 0 only if both sides equal the file and every
 * planned fault has happened.
 *
 * @module
 */
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { toJson, toTable } from './check/report.ts'
import { runCheck } from './check/run.ts'
import { flightsFile } from './data-file.ts'

const { values } = parseArgs({
  options: {
    data: { type: 'string', default: flightsFile },
    seed: { type: 'string', default: '1' },
    kills: { type: 'string', default: '8' },
    json: { type: 'string' },
  },
})

const folder = await mkdtemp(join(tmpdir(), 'darq-edge-'))
try {
  const seed = whole('seed', values.seed)
  console.log(`demo:check, seed ${seed}, ${values.data}`)
  const result = await runCheck({
    data: values.data,
    seed,
    kills: whole('kills', values.kills),
    folder,
    chromium: process.env.CHROMIUM ?? 'chromium',
    log: (line) => console.log(`  ${(performance.now() / 1000).toFixed(1).padStart(5)} s  ${line}`),
  })
  console.log(`\n${toTable(result)}\n`)
  if (values.json !== undefined) await writeFile(values.json, toJson(result))
  for (const failure of result.failures.slice(0, 20)) console.error(`FAILED: ${failure}`)
  if (result.failures.length === 0) console.log('Both sides equal the file: every flight counted, none twice.')
  process.exitCode = result.failures.length === 0 ? 0 : 1
} finally {
  await rm(folder, { recursive: true, force: true })
}

function whole(name: string, text: string): number {
  const value = Number(text)
  if (!Number.isInteger(value) || value < 0) throw new Error(`--${name}: a whole number, got ${text}`)
  return value
}
