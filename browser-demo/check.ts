/**
 * `npm run demo:check`: a scene of the page in real parts under seeded crashes, and the proof that nothing was lost or done
 * twice. `--scene flights` (or `checkout`, `stream`), `--data FILE`, `--seed N`, `--kills N` (`--orders N`), `--json FILE`. Ends with 0
 * only if all that is compared at the end is equal, and every planned fault has happened.
 *
 * @module
 */
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { checkoutJson, checkoutTable } from './check/checkout/report.ts'
import { runCheckoutCheck } from './check/checkout/run.ts'
import { toJson, toTable } from './check/report.ts'
import { runCheck } from './check/run.ts'
import { streamJson, streamTable } from './check/stream/report.ts'
import { runStreamCheck } from './check/stream/run.ts'
import { flightsFile } from './data-file.ts'

const { values } = parseArgs({
  options: {
    scene: { type: 'string', default: 'flights' },
    data: { type: 'string', default: flightsFile },
    seed: { type: 'string', default: '1' },
    kills: { type: 'string', default: '8' },
    orders: { type: 'string', default: '15' },
    json: { type: 'string' },
  },
})

interface Checked {
  readonly failures: readonly string[]
  readonly table: string
  readonly json: string
  readonly passed: string
}

const folder = await mkdtemp(join(tmpdir(), 'darq-edge-'))
try {
  const seed = whole('seed', values.seed)
  console.log(`demo:check, ${values.scene}, seed ${seed}, ${values.data}`)
  const { failures, table, json, passed } = await check(values.scene, seed)
  console.log(`\n${table}\n`)
  if (values.json !== undefined) await writeFile(values.json, json)
  for (const failure of failures.slice(0, 20)) console.error(`FAILED: ${failure}`)
  if (failures.length === 0) console.log(passed)
  process.exitCode = failures.length === 0 ? 0 : 1
} finally {
  await rm(folder, { recursive: true, force: true })
}

async function check(scene: string, seed: number): Promise<Checked> {
  const log = (line: string) => console.log(`  ${(performance.now() / 1000).toFixed(1).padStart(5)} s  ${line}`)
  const options = { data: values.data, seed, folder, chromium: process.env.CHROMIUM ?? 'chromium', log }
  if (scene === 'flights') {
    const result = await runCheck({ ...options, kills: whole('kills', values.kills) })
    const passed = 'Both sides equal the file: every flight counted, none twice.'
    return { failures: result.failures, table: toTable(result), json: toJson(result), passed }
  }
  if (scene === 'checkout') {
    const result = await runCheckoutCheck({ ...options, orders: whole('orders', values.orders) })
    const passed = 'The tab, the shelf and the cashier agree: what was bought was charged once, all else undone.'
    return { failures: result.failures, table: checkoutTable(result), json: checkoutJson(result), passed }
  }
  if (scene === 'stream') {
    const result = await runStreamCheck({ ...options, kills: whole('kills', values.kills) })
    const passed = 'Both sides equal a plain loop over the file: each window closed once, with what belongs into it.'
    return { failures: result.failures, table: streamTable(result), json: streamJson(result), passed }
  }
  throw new Error(`--scene: flights, checkout or stream, got ${scene}`)
}

function whole(name: string, text: string): number {
  const value = Number(text)
  if (!Number.isInteger(value) || value < 0) throw new Error(`--${name}: a whole number, got ${text}`)
  return value
}
