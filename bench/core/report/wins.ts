/**
 * Where plain TypeScript is faster than Wasm: the report begins with it.
 *
 * @module
 */
import type { Row } from '../../row.ts'
import type { Figures } from './figures.ts'

const baselines = { ratio_to_twin: 'the twin', ratio_to_idiomatic: 'the idiomatic version' } as const

/** @returns one paragraph */
export function whereTypeScriptWins(figures: Figures): string {
  const sentences = Object.entries(baselines).map(([metric, name]) => {
    const compared = figures.all({ contender: 'wasm', metric })
    const won = compared.filter(isBehind)
    if (compared.length === 0) return `Against ${name} nothing was measured.`
    const tally = `Against ${name} Wasm is behind in ${won.length} of ${compared.length} comparisons`
    return won.length === 0 ? `${tally}.` : `${tally}: ${byWorkload(won)}.`
  })
  return `**Where plain TypeScript wins.** ${sentences.join(' ')} ${hint}`
}

const hint =
  'A factor says how much faster TypeScript was, in the same rounds of the same run; a lead within the spread of the rounds ' +
  'is not counted. In `ingest` and `step` the idiomatic version ends with objects in memory and no bytes yet; in ' +
  '`ingest-commit`, `ingest-objects`, `ingest-duplicates`, `step-commit` and `seal` all end with bytes that storage may take.'

/** Behind by more than the spread. */
function isBehind({ value, spread }: Row): boolean {
  return value !== null && value + spread / 2 < 1
}

/** `ingest (node 128 B × 1: 1.9 ×, …), …` */
function byWorkload(rows: readonly Row[]): string {
  const workloads = [...new Set(rows.map(({ workload }) => workload))]
  return workloads
    .map((workload) => {
      const those = rows.filter((row) => row.workload === workload).map(factorOf)
      return `\`${workload}\` (${those.join(', ')})`
    })
    .join('; ')
}

function factorOf({ runtime, payload_bytes, batch, value }: Row): string {
  const factor = value === null || value === 0 ? '' : `: ${(1 / value).toFixed(1)} ×`
  return `${runtime} ${payload_bytes} B × ${batch}${factor}`
}
