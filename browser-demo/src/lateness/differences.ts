/**
 * Holds what the stream has come to against a plain loop over the file.
 *
 * @module
 */
import { type Expected, receivedOf } from './expected.ts'
import type { Received, WindowRow } from './lateness.address.ts'

export interface Came {
  readonly windows: readonly WindowRow[]
  readonly received: Readonly<Record<string, Received>>
  readonly dropped: number
}

/** @returns a sentence for each place that differs; none when all is as it must be */
export function differencesOf(expected: Expected, { windows, received, dropped }: Came): string[] {
  const found: string[] = []
  const rows = [...expected.closed, ...expected.open]
  const got = new Map(windows.map((row) => [place(row), row.value]))
  for (const row of rows)
    if (got.get(place(row)) !== row.value)
      found.push(`tab, ${place(row)}: expected ${row.value}, got ${got.get(place(row))}`)
  if (windows.length !== rows.length) found.push(`tab: expected ${rows.length} windows, got ${windows.length}`)
  if (dropped !== expected.dropped) found.push(`tab: expected ${expected.dropped} too late, got ${dropped}`)
  for (const [airport, { windows: count, sum }] of Object.entries(receivedOf(expected.closed))) {
    const there = received[airport]
    if (there?.windows !== count || there.sum !== sum)
      found.push(`edge, ${airport}: expected ${count} results, sum ${sum}; got ${there?.windows}, sum ${there?.sum}`)
  }
  return found
}

function place({ key, from_ms }: WindowRow): string {
  return `${key} ${new Date(from_ms).toISOString().slice(0, 10)}`
}
