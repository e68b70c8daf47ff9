/**
 * Where the time goes: the parts of a message's way, and the hottest functions.
 *
 * @module
 */
import type { Profile } from '../profile.ts'
import type { Figures } from './figures.ts'
import { table } from './table.ts'

const place = { payload_bytes: 128, batch: 256, metric: 'throughput' }

export function whereTheTimeGoes(figures: Figures, profiles: readonly Profile[]): string {
  const rows = figures.runtimes.flatMap((runtime) =>
    ['wasm', 'twin', 'idiomatic'].map((contender) => {
      const ns = (workload: string) => {
        const rate = figures.value({ ...place, runtime, contender, workload })
        return rate === undefined ? undefined : 1e9 / rate
      }
      const copy = ns('copy-in')
      const arrive = ns('ingest')
      const all = ns('ingest-commit')
      return [
        `${runtime} ${contender}`,
        shown(copy),
        shown(difference(arrive, copy)),
        shown(difference(all, arrive)),
        shown(all),
      ]
    }),
  )
  const parts = table(['ns per message of 128 B, × 256', 'copy in', 'check, dedup, append', 'commit', 'in all'], rows)
  const hot = profiles.map(({ contender, spec, hotspots }) => {
    const list = hotspots.map(({ place: where, share }) => `${(share * 100).toFixed(0)} % ${where}`).join(', ')
    return `- ${contender}, \`${spec.name}\` ${spec.payload_bytes} B × ${spec.batch}: ${list}`
  })
  if (hot.length === 0) return parts
  return [parts, 'Hottest functions in Node, by samples of the timed parts:', hot.join('\n')].join('\n\n')
}

/** Two figures of a noisy machine may differ the wrong way: then the part is lost in the noise. */
function difference(whole: number | undefined, part = 0): number | undefined {
  return whole === undefined ? undefined : Math.max(0, whole - part)
}

function shown(ns: number | undefined): string {
  return ns === undefined ? '' : ns.toFixed(1)
}
