/**
 * Where the time of a step goes, as far as two other figures of the same run tell.
 *
 * @module
 */
import type { Figures } from '../../core/report/figures.ts'
import { table } from '../../core/report/table.ts'
import { workload } from '../rows.ts'

const contenders = ['darq-bytes', 'darq', 'darq-one-client'] as const
const producers = 1024

/** @returns a table; '' when nothing of it was measured */
export function shareTable(figures: Figures, runtime: string): string {
  const at = (contender: string, metric: string, where = runtime) =>
    figures.value({ runtime: where, workload, contender, batch: producers, metric })
  const block_mb_per_s = figures.value({ runtime, workload, contender: 'platform-64k', metric: 'written_rate' })
  const rows = contenders.flatMap((contender) => {
    const [rate, alone, bytes] = [
      at(contender, 'throughput'),
      at(contender, 'throughput', 'node'),
      at(contender, 'written'),
    ]
    if (rate === undefined || alone === undefined || bytes === undefined || block_mb_per_s === undefined) return []
    return [[contender, micros(1e6 / rate), micros(1e6 / alone), micros(bytes / block_mb_per_s)]]
  })
  const columns = ['a step, µs', 'the same in Node over memory, µs', 'its bytes in blocks of 64 KiB, µs']
  return rows.length === 0 ? '' : table([`${producers} producers`, ...columns], rows)
}

function micros(value: number): string {
  return value.toFixed(1)
}
