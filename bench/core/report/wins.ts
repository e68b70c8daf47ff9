/**
 * Where plain TypeScript is faster than Wasm or as fast, and the goals that were missed: the report begins with it.
 *
 * @module
 */
import type { Row } from '../../row.ts'
import type { Figures } from './figures.ts'
import { goalsOf } from './goals.ts'

const baselines = { ratio_to_twin: 'the twin', ratio_to_idiomatic: 'the idiomatic version' } as const
/** A lead of Wasm below this is none to speak of. */
const even_max = 1.1
const shown_max = 4

/** @returns one paragraph */
export function whereTypeScriptWins(figures: Figures): string {
  const sentences = Object.entries(baselines).map(([metric, name]) => {
    const compared = figures.all({ contender: 'wasm', metric })
    const won = compared.filter(isBehind)
    const even = compared.filter((row) => !isBehind(row) && isEven(row))
    if (compared.length === 0) return `Against ${name} nothing was measured.`
    const tally = `Against ${name} Wasm is behind in ${won.length} of ${compared.length} comparisons`
    const behind = won.length === 0 ? `${tally}.` : `${tally}: ${byWorkload(won)}.`
    return even.length === 0 ? behind : `${behind} In ${even.length} more the two are even.`
  })
  return `**Where plain TypeScript wins.** ${[...sentences, ...shortfalls(figures)].join(' ')} ${hint}`
}

/** The goals that were measured and missed. */
function shortfalls(figures: Figures): string[] {
  const missed = goalsOf(figures).filter(({ met }) => met === false)
  if (missed.length === 0) return []
  const list = missed.map(({ goal, where, got }) => `${goal} (${where}: ${got})`).join('; ')
  return [`Goals that Wasm fell short of: ${list}.`]
}

const hint =
  'A factor says how much faster TypeScript was, in the same rounds of the same run; a lead within the spread of the rounds ' +
  'is not counted, and one of Wasm within the spread or below 1.1 is called even. In `ingest` and `step` the idiomatic version ends with objects in memory and no bytes yet; in ' +
  '`ingest-commit`, `ingest-objects`, `ingest-duplicates`, `step-commit` and `seal` all end with bytes that storage may take.'

/** Behind by more than the spread. */
function isBehind({ value, spread }: Row): boolean {
  return value !== null && value + spread / 2 < 1
}

/** Not ahead by more than the spread, or by hardly anything. */
function isEven({ value, spread }: Row): boolean {
  return value !== null && (value - spread / 2 <= 1 || value < even_max)
}

/** Of each workload the largest factors. `ingest (node 128 B × 1: 1.9 ×, …), …` */
function byWorkload(rows: readonly Row[]): string {
  const workloads = [...new Set(rows.map(({ workload }) => workload))]
  return workloads
    .map((workload) => {
      const those = rows
        .filter((row) => row.workload === workload)
        .sort((one, other) => (one.value ?? 0) - (other.value ?? 0))
      const more = those.length > shown_max ? [`and ${those.length - shown_max} more`] : []
      return `\`${workload}\` (${[...those.slice(0, shown_max).map(factorOf), ...more].join(', ')})`
    })
    .join('; ')
}

function factorOf({ runtime, payload_bytes, batch, value }: Row): string {
  const factor = value === null || value === 0 ? '' : `: ${(1 / value).toFixed(1)} ×`
  return `${runtime} ${payload_bytes} B × ${batch}${factor}`
}
