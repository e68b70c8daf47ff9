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
export function stretches_us(marks_ms: readonly number[], stretch: number): Stretches {
  const [begun_ms, first_ms] = marks_ms
  const [before_ms, last_ms] = marks_ms.slice(-2)
  if (begun_ms === undefined || first_ms === undefined || before_ms === undefined || last_ms === undefined)
    throw new RangeError(`expected two marks at least, got ${marks_ms.length}`)
  return { first: ((first_ms - begun_ms) / stretch) * 1000, last: ((last_ms - before_ms) / stretch) * 1000 }
}

interface Stretches {
  readonly first: number
  readonly last: number
}

/** The first round warms up, and is not counted. */
export async function measureLong(
  ground: Ground,
  { steps, stretch, rounds }: LongPlan,
  say: (line: string) => void,
): Promise<Row[]> {
  const rows: Row[] = []
  for (const form of formNames) {
    const timed: Stretches[] = []
    const spent: Stretches[] = []
    for (let round = 0; round <= rounds; round += 1) {
      const { marks_ms, cpu_ms } = await ground.long(form, steps, stretch)
      const expected = steps / stretch + 1
      if (marks_ms.length !== expected) throw new Error(`expected ${expected} marks, got ${marks_ms.length}`)
      const found = stretches_us(marks_ms, stretch)
      say(`${ground.name}, ${steps} ${form}: ${found.first.toFixed(0)} µs a step, ${found.last.toFixed(0)} at the end`)
      if (round === 0) continue
      timed.push(found)
      if (cpu_ms !== undefined) spent.push(stretches_us(cpu_ms, stretch))
    }
    const row = rowFor(ground, form, long_workload, steps)
    rows.push(...compared(timed, '', row), ...(spent.length === 0 ? [] : compared(spent, '_cpu', row)))
  }
  return rows
}

function compared(
  found: readonly Stretches[],
  suffix: string,
  row: (metric: string, unit: string, samples: readonly number[]) => Row,
): Row[] {
  const all = (of: (stretches: Stretches) => number) => found.map(of)
  return [
    row(
      `first${suffix}`,
      'µs/step',
      all(({ first }) => first),
    ),
    row(
      `last${suffix}`,
      'µs/step',
      all(({ last }) => last),
    ),
    row(
      `last_over_first${suffix}`,
      '×',
      all(({ first, last }) => last / first),
    ),
  ]
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
