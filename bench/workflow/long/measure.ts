/**
 * What a step costs at the start of a long workflow and at its end, and how soon one goes on after its store was opened.
 *
 * @module
 */
import type { Row } from '../../row.ts'
import { summarize } from '../../statistics.ts'
import type { LongPlan, ResumePlan } from '../plan.ts'
import type { Ground } from './ground.ts'
import { type FormName, formNames } from './workflows.ts'

export const long_workload = 'long'
export const resume_workload = 'resume'

/** `batch` is the number of steps. */
function rowFor(ground: Ground, form: FormName, workload: string, batch: number) {
  return (metric: string, unit: string, samples: readonly number[]): Row => {
    const { median: value, spread } = summarize(samples)
    const place = { bench: 'workflow', runtime: ground.name, contender: form, workload, payload_bytes: 0, batch }
    return { ...place, metric, unit, value, spread }
  }
}

/** Per step, in a stretch of steps between two marks. */
export function stretches_us(marks_ms: readonly number[], stretch: number): { first: number; last: number } {
  const [begun_ms, first_ms] = marks_ms
  const [before_ms, last_ms] = marks_ms.slice(-2)
  if (begun_ms === undefined || first_ms === undefined || before_ms === undefined || last_ms === undefined)
    throw new RangeError(`expected two marks at least, got ${marks_ms.length}`)
  return { first: ((first_ms - begun_ms) / stretch) * 1000, last: ((last_ms - before_ms) / stretch) * 1000 }
}

/** The first round warms up, and is not counted. */
export async function measureLong(
  ground: Ground,
  { steps, stretch, rounds }: LongPlan,
  say: (line: string) => void,
): Promise<Row[]> {
  const rows: Row[] = []
  for (const form of formNames) {
    const found: { first: number; last: number }[] = []
    for (let round = 0; round <= rounds; round += 1) {
      const { marks_ms } = await ground.long(form, steps, stretch)
      const expected = steps / stretch + 1
      if (marks_ms.length !== expected) throw new Error(`expected ${expected} marks, got ${marks_ms.length}`)
      const { first, last } = stretches_us(marks_ms, stretch)
      if (round > 0) found.push({ first, last })
      say(`${ground.name}, ${steps} ${form}: ${first.toFixed(0)} µs a step, ${last.toFixed(0)} at the end`)
    }
    const row = rowFor(ground, form, long_workload, steps)
    rows.push(
      row(
        'first',
        'µs/step',
        found.map(({ first }) => first),
      ),
      row(
        'last',
        'µs/step',
        found.map(({ last }) => last),
      ),
      row(
        'last_over_first',
        '×',
        found.map(({ first, last }) => last / first),
      ),
    )
  }
  return rows
}

export async function measureResume(
  ground: Ground,
  { steps, rounds }: ResumePlan,
  say: (line: string) => void,
): Promise<Row[]> {
  const rows: Row[] = []
  for (const form of formNames) {
    const found: number[] = []
    for (let round = 0; round < rounds; round += 1) found.push((await ground.resume(form, steps)).next_ms)
    const row = rowFor(ground, form, resume_workload, steps)('next', 'ms', found)
    say(`${ground.name}, ${steps} ${form} done: goes on after ${row.value?.toFixed(1)} ms`)
    rows.push(row)
  }
  return rows
}
