/**
 * What streams should come to, one record at a time, as plainly as it can be said.
 *
 * @module
 */
import type { Entry } from './job.ts'

export interface Kind {
  readonly kind: 'tumbling' | 'sliding' | 'session'
  readonly size_ms: number
  readonly every_ms: number
  readonly allowed_ms: number
}
export interface Closed {
  readonly key: string
  readonly from_ms: number
  readonly to_ms: number
  readonly value: readonly number[]
}

interface Open {
  readonly key: string
  from_ms: number
  to_ms: number
  value: number[]
}

/** @returns the windows in the order in which they close, and the records that come too late for all of theirs */
export function windows(
  { kind, size_ms, every_ms, allowed_ms }: Kind,
  entries: readonly Entry[],
): { readonly closed: readonly Closed[]; readonly late: readonly Entry[]; readonly open: readonly Closed[] } {
  let open: Open[] = []
  const closed: Closed[] = []
  const late: Entry[] = []
  let watermark_ms = Number.NEGATIVE_INFINITY
  for (const entry of entries) {
    const { key, at, n } = entry
    const wanted = kind === 'session' ? [{ from_ms: at, to_ms: at + size_ms }] : every(at, size_ms, every_ms)
    const mine = wanted.filter(({ to_ms }) => to_ms > watermark_ms)
    if (mine.length === 0) {
      late.push(entry)
      continue
    }
    for (const { from_ms, to_ms } of mine) {
      if (kind === 'session') {
        const near = open.filter((one) => one.key === key && one.from_ms < to_ms && from_ms < one.to_ms)
        open = open.filter((one) => !near.includes(one))
        open.push({
          key,
          from_ms: Math.min(from_ms, ...near.map((one) => one.from_ms)),
          to_ms: Math.max(to_ms, ...near.map((one) => one.to_ms)),
          value: [...near.flatMap(({ value }) => value), n],
        })
        continue
      }
      const found = open.find((one) => one.key === key && one.from_ms === from_ms)
      if (found === undefined) open.push({ key, from_ms, to_ms, value: [n] })
      else found.value.push(n)
    }
    watermark_ms = Math.max(watermark_ms, at - allowed_ms)
    const over = open.filter(({ to_ms }) => to_ms <= watermark_ms).sort(inOrder)
    open = open.filter((one) => !over.includes(one))
    closed.push(...over)
  }
  return { closed, late, open: open.sort(inOrder) }
}

function every(at: number, size_ms: number, every_ms: number): { from_ms: number; to_ms: number }[] {
  const found = []
  for (let from_ms = Math.floor(at / every_ms) * every_ms; from_ms + size_ms > at; from_ms -= every_ms)
    found.unshift({ from_ms, to_ms: from_ms + size_ms })
  return found
}

export function inOrder(one: Closed, other: Closed): number {
  return (
    one.to_ms - other.to_ms || one.from_ms - other.from_ms || (one.key < other.key ? -1 : one.key > other.key ? 1 : 0)
  )
}

/** @returns the pairs of records that are in time, as `left n` and `right n` */
export function pairs(
  entries: readonly (Entry & { readonly isLeft: boolean })[],
  within_ms: number,
  allowed_ms: number,
): readonly string[] {
  let seen_ms = Number.NEGATIVE_INFINITY
  const inTime = entries.filter(({ at }) => {
    const isLate = at < seen_ms - allowed_ms
    seen_ms = Math.max(seen_ms, at)
    return !isLate
  })
  const lefts = inTime.filter(({ isLeft }) => isLeft)
  const rights = inTime.filter(({ isLeft }) => !isLeft)
  return lefts.flatMap((left) =>
    rights
      .filter((right) => right.key === left.key && Math.abs(right.at - left.at) <= within_ms)
      .map((right) => `${left.n} ${right.n}`),
  )
}
