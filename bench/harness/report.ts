/**
 * What the reports of all benchmarks share.
 *
 * @module
 */
import { table } from '../core/report/table.ts'
import type { Machine } from '../machine.ts'
import type { Row } from '../row.ts'
import type { Goal } from './goal.ts'

/** Above it, others wanted the cores as well. */
export const load_per_core_max = 0.5

/** @returns the sections, with a line between; empty ones are left out */
export function document(sections: readonly string[]): string {
  return `${sections.filter((section) => section !== '').join('\n\n')}\n`
}

export function titled(title: string, content: string): string[] {
  return content === '' ? [] : [title, content]
}

/** The first paragraph: where it falls short. */
export function shortfalls(goals: readonly Goal[]): string {
  const missed = goals.filter(({ met }) => met === false)
  const open = goals.filter(({ met }) => met === undefined).length
  const unknown = open === 0 ? '' : ` ${open} of ${goals.length} were not measured in this run.`
  if (missed.length === 0) return `No goal that was measured is missed.${unknown}`
  const list = missed.map(({ goal, where, got }) => `${where}: ${goal} (it is ${got})`).join('; ')
  return `**It falls short of ${missed.length} of ${goals.length} goals:** ${list}.${unknown}`
}

export function goalTable(goals: readonly Goal[]): string {
  const verdict = (met: boolean | undefined) => (met === undefined ? 'not measured' : met ? 'reached' : '**missed**')
  const hasTypical = goals.some(({ typical }) => typical !== undefined)
  const rows = goals.map(({ goal, where, got, typical, met }) => {
    return [goal, where, got ?? '', ...(hasTypical ? [typical ?? ''] : []), verdict(met)]
  })
  return table(['goal', 'where', 'measured', ...(hasTypical ? ['typical section'] : []), ''], rows)
}

/** A warning, if the machine had other things to do before the run. */
export function noisy({ load_per_core }: Machine): string[] {
  if (load_per_core <= load_per_core_max) return []
  const load = load_per_core.toFixed(1)
  return [`**The machine was busy with other things** (${load} processes per core wanted to run): expect noise.`]
}

/** @param ran more lines: what has run, and where */
export function machineTable(
  machine: Machine,
  load_per_core_after: number | undefined,
  ran: readonly (readonly [what: string, which: string])[],
  missing: readonly string[],
): string {
  const load = machine.load_per_core.toFixed(2)
  return table(
    ['', ''],
    [
      ['processor', `${machine.cpu}, ${machine.cores} cores`],
      ['memory', `${machine.memory_gib} GiB`],
      ['system', machine.system],
      load_per_core_after === undefined
        ? ['load before the run', `${load} per core`]
        : ['load before the run, and at its end', `${load}, ${load_per_core_after.toFixed(2)} per core`],
      ...ran,
      ...missing.map((why) => ['left out', why]),
    ],
  )
}

/** @param digits how a figure is written */
export function withSpread(row: Pick<Row, 'value' | 'spread'> | undefined, digits: (value: number) => string): string {
  if (row === undefined || row.value === null) return ''
  const share = row.value === 0 ? 0 : (row.spread / 2 / row.value) * 100
  return `${digits(row.value)} ± ${share.toFixed(0)} %`
}

export function plain(row: Pick<Row, 'value'> | undefined, digits: (value: number) => string): string {
  return row === undefined || row.value === null ? '' : digits(row.value)
}

export function pair(one: Row | undefined, other: Row | undefined, digits: (value: number) => string): string {
  return one === undefined || other === undefined ? '' : `${plain(one, digits)} / ${plain(other, digits)}`
}
