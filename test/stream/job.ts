/**
 * A stream over records of a small kind, with a participant behind it that writes down what comes out.
 *
 * @module
 */
import { address, type Host, type Participant, participant, query, table } from '@darq/runtime'
import type { Stream } from '@darq/runtime/stream'
import { type StreamOptions, stream } from '@darq/runtime/stream'
import * as v from 'valibot'
import { darq, type Implementation, World } from '../transactional/world.ts'

export const Entry = v.object({ key: v.string(), at: v.number(), n: v.number() })
export type Entry = v.InferOutput<typeof Entry>

export const Records = address('records', {
  record: Entry,
  other: Entry,
  rows: query(v.array(v.any())),
})
export const Elsewhere = address('elsewhere', { record: Entry })
export const Written = address('written', { row: v.any(), rows: query(v.array(v.any())) })

/** Keeps what it is sent, in order. */
export const written = participant(Written, {
  state: { count: 0, rows: table(v.any()) },
  on: {
    row(step, row) {
      step.state.rows.set(`${step.state.count}`, row)
      step.state.count += 1
    },
    rows: (read) =>
      [...read.state.rows.entries()].sort(([one], [other]) => Number(one) - Number(other)).map(([, row]) => row),
  },
})

export type Source = Stream<Readonly<Entry>>

/** Opens a host on which the stream runs. */
export function openJob(world: World, job: Participant): Promise<Host> {
  return world.open(job, written)
}

export function records(options: StreamOptions = {}): Source {
  return stream(Records.record, options)
}

/** @returns what the host has written down when it is quiet */
export async function rowsOf(world: World, host: Host): Promise<readonly unknown[]> {
  await world.pass(1_000)
  return await host.query(Written.rows(), { grade: 'committed' })
}

/** @param chunks each is one message */
export async function feedChunks(host: Host, chunks: readonly (readonly Entry[])[]): Promise<void> {
  for (const chunk of chunks) if (chunk.length > 0) host.send(Records.record.many(chunk))
  await host.inspect('records').pending()
}

/** Runs a stream over chunks of records. @returns what came out, in order */
export async function outcome(
  job: Participant,
  chunks: readonly (readonly Entry[])[],
  implementation: Implementation = darq,
): Promise<readonly unknown[]> {
  await using world = new World(implementation)
  const host = await openJob(world, job)
  await feedChunks(host, chunks)
  const rows = await rowsOf(world, host)
  const letters = await host.inspect('records').deadLetters()
  if (letters.length > 0) throw new Error(JSON.stringify(letters))
  return rows
}
