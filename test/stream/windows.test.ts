/** @module Windows and joins against a model that takes one record at a time, whatever the steps and however spread. */

import type { Participant } from '@darq/runtime'
import { collect, session, sliding, stream, tumbling, type Window } from '@darq/runtime/stream'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { darq, transactional } from '../transactional/world.ts'
import { type Entry, outcome, Records, records, Written } from './job.ts'
import { type Closed, inOrder, type Kind, pairs, windows } from './model.ts'

const key = fc.constantFrom('a', 'b', 'c', 'd', 'e')
const entries = fc
  .array(fc.record({ key, at: fc.integer({ min: -50, max: 300 }) }), { maxLength: 60 })
  .map((all) => all.map((one, n): Entry => ({ ...one, n })))
/** Records that come about in order, and now and then much too late. */
const drifting = fc
  .array(fc.record({ key, step: fc.integer({ min: -30, max: 40 }) }), { maxLength: 80 })
  .map((all) => along(all).map(({ key, at }, n): Entry => ({ key, at, n })))
const cuts = fc.array(fc.integer({ min: 1, max: 12 }), { minLength: 1, maxLength: 8 })
const kinds: fc.Arbitrary<Kind> = fc
  .record({
    kind: fc.constantFrom('tumbling', 'sliding', 'session'),
    size_ms: fc.integer({ min: 1, max: 60 }),
    parts: fc.integer({ min: 1, max: 5 }),
    allowed_ms: fc.integer({ min: 0, max: 40 }),
  })
  .map(({ kind, size_ms, parts, allowed_ms }) => ({
    kind,
    size_ms,
    every_ms: kind === 'sliding' ? Math.max(1, Math.floor(size_ms / parts)) : size_ms,
    allowed_ms,
  }))

/** Gives each its place, a step behind the one before. */
function along<T extends { readonly step: number }>(all: readonly T[]): readonly (T & { readonly at: number })[] {
  let at = 0
  return all.map((one) => {
    at += one.step
    return { ...one, at }
  })
}

/** @param sizes of the chunks, over and over */
function chunked(all: readonly Entry[], sizes: readonly number[]): readonly (readonly Entry[])[] {
  const chunks: Entry[][] = []
  for (let at = 0, turn = 0; at < all.length; turn += 1) {
    const size = sizes[turn % sizes.length] ?? 1
    chunks.push(all.slice(at, at + size))
    at += size
  }
  return chunks
}

function windowOf({ kind, size_ms, every_ms, allowed_ms }: Kind): Window<Entry> {
  const time = ({ at }: Entry): number => at
  const options = { allowed: `${allowed_ms} ms` } as const
  if (kind === 'tumbling') return tumbling(`${size_ms} ms`, time, options)
  if (kind === 'sliding') return sliding(`${size_ms} ms`, `${every_ms} ms`, time, options)
  return session(`${size_ms} ms`, time, options)
}

function job(kind: Kind, parallel?: number): Participant {
  return records()
    .keyBy(({ key }) => key, parallel === undefined ? {} : { parallel })
    .window(windowOf(kind), { late: (late) => late.to((entry) => Written.row({ late: entry })) })
    .aggregate({ ...collect<Entry>(1_000), result: (all) => all.map(({ n }) => n) })
    .to((closed) => Written.row(closed))
}

interface Outcome {
  readonly closed: readonly Closed[]
  readonly late: readonly Entry[]
}
function sorted(rows: readonly unknown[]): Outcome {
  const closed: Closed[] = []
  const late: Entry[] = []
  for (const row of rows as readonly (Closed | { late: Entry })[])
    if ('late' in row) late.push(row.late)
    else closed.push(row)
  return { closed, late }
}

/** Records of a window are in no stated order where it was spread or joined out of two. */
function unordered({ closed, late }: Outcome): Outcome {
  return { closed: closed.map((one) => ({ ...one, value: one.value.toSorted((a, b) => a - b) })).sort(inOrder), late }
}

for (const implementation of [darq, transactional])
  test(`${implementation.name}: windows are those of the model, in its order, however the records are cut into messages`, {
    timeout: 60_000,
  }, async () => {
    const runs = implementation === darq ? 150 : 60
    await fc.assert(
      fc.asyncProperty(kinds, fc.oneof(entries, drifting), cuts, async (kind, all, sizes) => {
        const { closed, late } = windows(kind, all)
        const found = sorted(await outcome(job(kind), chunked(all, sizes), implementation))
        if (kind.kind === 'session') expect(unordered(found)).toEqual(unordered({ closed, late }))
        else expect(found).toEqual({ closed, late })
        expect(found.closed.map(({ key, to_ms }) => [to_ms, key])).toEqual(closed.map(({ key, to_ms }) => [to_ms, key]))
      }),
      { numRuns: runs },
    )
  })

test('windows that are spread over any number of parts are the same', { timeout: 60_000 }, async () => {
  await fc.assert(
    fc.asyncProperty(
      kinds,
      fc.oneof(entries, drifting),
      cuts,
      fc.integer({ min: 1, max: 5 }),
      async (kind, all, sizes, parallel) => {
        const { closed, late } = windows(kind, all)
        const found = sorted(await outcome(job(kind, parallel), chunked(all, sizes)))
        expect(unordered(found)).toEqual(unordered({ closed, late }))
      },
    ),
    { numRuns: 150 },
  )
})

test('records that come within what is allowed give the same windows in any order', { timeout: 60_000 }, async () => {
  await fc.assert(
    fc.asyncProperty(kinds, drifting, fc.infiniteStream(fc.nat(1_000)), cuts, async (kind, all, chance, sizes) => {
      // None lies further behind the newest before it than is allowed.
      const ordered = all.toSorted((one, other) => one.at - other.at)
      const shaken = ordered
        .map((one) => ({ one, rank: one.at + ((chance.next().value ?? 0) / 1_000) * kind.allowed_ms }))
        .sort((a, b) => a.rank - b.rank)
        .map(({ one }) => one)
      const end: Entry = { key: 'end', at: 100_000, n: -1 }
      const [first, second] = await Promise.all(
        [ordered, shaken].map(async (some) => sorted(await outcome(job(kind), chunked([...some, end], sizes)))),
      )
      if (first === undefined || second === undefined) expect.unreachable()
      expect(second.late).toEqual([])
      expect(unordered(second)).toEqual(unordered(first))
    }),
    { numRuns: 100 },
  )
})

test('two streams are joined as the model says, cut and spread however', { timeout: 60_000 }, async () => {
  const sides = fc
    .array(fc.record({ key, step: fc.integer({ min: -20, max: 30 }), isLeft: fc.boolean() }), { maxLength: 60 })
    .map((all) => along(all).map(({ key, at, isLeft }, n) => ({ key, at, n: isLeft ? n : -n - 1, isLeft })))
  await fc.assert(
    fc.asyncProperty(
      sides,
      fc.integer({ min: 0, max: 60 }),
      fc.integer({ min: 0, max: 30 }),
      cuts,
      fc.option(fc.integer({ min: 1, max: 4 }), { nil: undefined }),
      async (all, within_ms, allowed_ms, sizes, parallel) => {
        const at = (entry: Entry): number => entry.at
        const source = stream(Records.record)
        const spread = parallel === undefined ? {} : { parallel }
        const made = source
          .filter(({ n }) => n >= 0)
          .keyBy(({ key }) => key, spread)
          .join(
            source.filter(({ n }) => n < 0).keyBy(({ key }) => key, spread),
            { span: `${within_ms} ms`, times: [at, at], allowed: `${allowed_ms} ms` },
          )
          .to(({ left, right }) => Written.row(`${left.n} ${right.n}`))
        const chunks = chunked(
          all.map(({ key, at, n }) => ({ key, at, n })),
          sizes,
        )
        const found = await outcome(made, chunks)
        expect(found.map(String).sort()).toEqual([...pairs(all, within_ms, allowed_ms)].sort())
      },
    ),
    { numRuns: 150 },
  )
})
