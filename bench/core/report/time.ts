/**
 * Where the time goes: the parts of a message's way, and the hottest functions.
 *
 * @module
 */
import type { Profile } from '../profile.ts'
import type { Figures } from './figures.ts'
import { table } from './table.ts'

const place = { payload_bytes: 128, batch: 256, metric: 'throughput' }

/** Nanoseconds per message, as far as they were measured. */
interface Parts {
  readonly copy: number | undefined
  readonly arrive: number | undefined
  readonly all: number | undefined
}

export function whereTheTimeGoes(figures: Figures, profiles: readonly Profile[]): string {
  const rows = figures.runtimes.flatMap((runtime) =>
    ['wasm', 'twin', 'idiomatic'].map((contender) =>
      line(`${runtime} ${contender}`, partsOf(figures, runtime, contender, contender)),
    ),
  )
  const floor = partsOf(figures, 'native', 'native-c', 'memcpy')
  if (floor.all !== undefined) rows.push(line('floor: C, and memcpy', floor))
  const head = ['ns per message of 128 B, × 256', 'copy in', 'check, dedup, append', 'commit', 'in all']
  const bounds = figures.runtimes.flatMap((runtime) => boundOf(figures, runtime))
  const hot = profiles.map(({ contender, spec, hotspots }) => {
    const list = hotspots.map(({ place: where, share }) => `${(share * 100).toFixed(0)} % ${where}`).join(', ')
    return `- ${contender}, \`${spec.name}\` ${spec.payload_bytes} B × ${spec.batch}: ${list}`
  })
  const profile = hot.length === 0 ? [] : [hotHeading, hot.join('\n')]
  return [table(head, rows), ...(bounds.length === 0 ? [] : [`${bounds.join(' ')} ${why}`]), ...profile].join('\n\n')
}

const why =
  'Both cores pay for these alike: the frame is copied in, the segment is copied out into fresh memory, and the checksum reads ' +
  'every byte once.'
const hotHeading =
  'Hottest functions in Node, by samples of the timed parts. A copy by `set`, or into a new array, counts for the function ' +
  'that asked for it: `ingest core-contender.ts` is the copy in, `commit core-contender.ts` the copy out, `load` the copy of ' +
  'what is recovered. Functions of core.wasm bear the names of the AssemblyScript they were compiled from; what was inlined ' +
  'into them counts for them.'

function partsOf(figures: Figures, runtime: string, contender: string, copier: string): Parts {
  const ns = (workload: string, who: string) => {
    const rate = figures.value({ ...place, runtime, contender: who, workload })
    return rate === undefined ? undefined : 1e9 / rate
  }
  return { copy: ns('copy-in', copier), arrive: ns('ingest', contender), all: ns('ingest-commit', contender) }
}

function line(name: string, { copy, arrive, all }: Parts): string[] {
  return [name, shown(copy), shown(difference(arrive, copy)), shown(difference(all, arrive)), shown(all)]
}

/** What the ratio to the twin could be at best, if the checks, the dedup and the appending took Wasm no time. */
function boundOf(figures: Figures, runtime: string): string[] {
  const { copy, arrive, all } = partsOf(figures, runtime, 'wasm', 'wasm')
  const twin = partsOf(figures, runtime, 'twin', 'twin').all
  const commit = difference(all, arrive)
  if (copy === undefined || all === undefined || commit === undefined || twin === undefined) return []
  if (copy + commit === 0) return []
  const share = Math.min(1, (copy + commit) / all)
  const best = twin / (copy + commit)
  return [
    `In ${runtime} copy and commit are ${(share * 100).toFixed(0)} % of what Wasm takes for \`ingest-commit\`: if all else took no ` +
      `time, it would be ${best.toFixed(1)} × the twin.`,
  ]
}

/** Two figures of a noisy machine may differ the wrong way: then the part is lost in the noise. */
function difference(whole: number | undefined, part = 0): number | undefined {
  return whole === undefined ? undefined : Math.max(0, whole - part)
}

function shown(ns: number | undefined): string {
  return ns === undefined ? '' : ns.toFixed(1)
}
