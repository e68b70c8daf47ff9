/**
 * One store over its life: asks everything there is to ask about it, and makes rows of the answers.
 *
 * @module
 */
import type { Row } from '../../row.ts'
import { quantile, type Summary, summarize } from '../../statistics.ts'
import { message_bytes } from '../load/counter.ts'
import type { Plan } from '../plan.ts'
import type { RuntimeName } from '../runtimes/runtime.ts'
import type { AskGround, GroundAnswer, GroundAsk } from './asks.ts'
import { type Flat, old_store, type Window } from './flat.ts'
import { pending_store } from './opening.ts'

export const flat_workload = 'flat-cost'
export const opening_workload = 'opening'

export async function driveFlat(
  runtime: RuntimeName,
  askGround: AskGround,
  { flat: plan, opening, seed }: Plan,
  say: (line: string) => void,
): Promise<Row[]> {
  const ask = async (question: GroundAsk): Promise<Exclude<GroundAnswer, { error: string }>> => {
    const answered = await askGround(question)
    if ('error' in answered) throw new Error(answered.error)
    return answered
  }
  say(`${runtime}: ${plan.old_steps} steps, and windows of ${plan.window_steps}`)
  const answered = await ask({ ask: 'flat', plan, seed })
  if (!('flat' in answered)) throw new Error('no windows were answered')
  const steps = plan.old_steps + plan.windows * plan.window_steps
  await ask({ ask: 'check', store: old_store, steps })
  const openings = async (store: string, pending: number): Promise<number[]> => {
    const found: number[] = []
    for (let times = 0; times < opening.times; times++) {
      const opened = await ask({ ask: 'open', store, pending })
      if (!('opening' in opened)) throw new Error('no opening was answered')
      found.push(opened.opening.elapsed_ms)
    }
    return found
  }
  const seen_ms = await openings(old_store, 0)
  say(`${runtime}: ${opening.pending} pending messages`)
  await ask({ ask: 'fill', pending: opening.pending })
  const pending_ms = await openings(pending_store, opening.pending)

  const { young, old, heap } = answered.flat
  const open = rowMaker(runtime, opening_workload)
  return [
    ...windowRows(runtime, 'young', plan.young_steps, young),
    ...windowRows(runtime, 'old', plan.old_steps, old),
    ...growth(runtime, plan.old_steps, young, old),
    ...heapRows(runtime, plan, heap),
    open('seen', plan.old_steps, 'duration', 'ms', summarize(seen_ms)),
    open('seen', plan.old_steps, 'longest', 'ms', alone(quantile(seen_ms, 1))),
    open('pending', opening.pending, 'duration', 'ms', summarize(pending_ms)),
    open('pending', opening.pending, 'longest', 'ms', alone(quantile(pending_ms, 1))),
  ]
}

type RowOf = (contender: string, batch: number, metric: string, unit: string, summary: Summary) => Row

/** Steps or messages stand in `batch`. */
function rowMaker(runtime: string, workload: string): RowOf {
  return (contender, batch, metric, unit, { median: value, spread }) => {
    const place = { bench: 'pipeline', runtime, contender, workload, payload_bytes: message_bytes, batch }
    return { ...place, metric, unit, value, spread }
  }
}

const figures = {
  step: { unit: 'µs', of: ({ step_us }: Window) => step_us },
  stored: { unit: 'B', of: ({ stored_bytes }: Window) => stored_bytes },
  core_memory: { unit: 'B', of: ({ core_bytes }: Window) => core_bytes },
}

function windowRows(runtime: string, contender: string, steps: number, windows: readonly Window[]): Row[] {
  const row = rowMaker(runtime, flat_workload)
  return Object.entries(figures).flatMap(([metric, { unit, of }]) => {
    const found = windows.map(of)
    return found.length === 0 ? [] : [row(contender, steps, metric, unit, summarize(found))]
  })
}

/** Old over young: of the medians, for single windows are noisy; the spread is that of the windows, over the young median. */
function growth(runtime: string, steps: number, young: readonly Window[], old: readonly Window[]): Row[] {
  const row = rowMaker(runtime, flat_workload)
  return Object.entries(figures).flatMap(([metric, { of }]) => {
    const [before, after] = [young, old].map((windows) => windows.map(of))
    if (before === undefined || after === undefined || before.length === 0 || after.length === 0) return []
    const base = summarize(before).median
    const { median, spread } = summarize(after)
    return base === 0
      ? []
      : [row('old', steps, `${metric}_growth`, '×', { median: median / base, spread: spread / base })]
  })
}

function heapRows(runtime: string, { young_steps, old_steps }: Plan['flat'], heap: Flat['heap']): Row[] {
  if (heap === undefined) return []
  const row = rowMaker(runtime, flat_workload)
  const { early_bytes, late_bytes } = heap
  return [
    row('young', young_steps, 'heap', 'B', alone(early_bytes)),
    row('old', old_steps, 'heap', 'B', alone(late_bytes)),
    row('old', old_steps, 'heap_growth', '×', alone(late_bytes / early_bytes)),
  ]
}

function alone(median: number): Summary {
  return { median, spread: 0 }
}
