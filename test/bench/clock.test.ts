/** A ratio of what the clock could not see is no ratio. */
import { expect, test } from 'vitest'
import { rowsOf } from '../../bench/core/rows.ts'
import type { Round } from '../../bench/core/stage.ts'

const round = (elapsed_ms: number): Round => ({
  items: 1000,
  payload_bytes: 128_000,
  elapsed_ms,
  section_items: 500,
  section_ms: elapsed_ms / 2,
  calls_ms: [],
  commits_ms: [],
  memory_bytes: undefined,
})
const spec = { name: 'ingest', payload_bytes: 128, batch: 16, count: 1000, section_bytes: 16_384 } as const

const ratiosOf = (wasm_ms: number, twin_ms: number, resolution_ms: number): number[] => {
  const measured = new Map(
    (
      [
        ['wasm', wasm_ms],
        ['twin', twin_ms],
      ] as const
    ).map(([name, ms]) => [name, { cold: round(ms), rounds: [round(ms), round(ms), round(ms)] }]),
  )
  return rowsOf('here', spec, measured, resolution_ms)
    .filter(({ metric }) => metric === 'ratio_to_twin')
    .map(({ value }) => value ?? 0)
}

test('what took many steps of the clock is compared', () => {
  expect(ratiosOf(10, 20, 1)).toEqual([2])
})

test('what took few or none, on either side, is not', () => {
  expect(ratiosOf(10, 0, 1)).toEqual([])
  expect(ratiosOf(3, 20, 1)).toEqual([])
})
