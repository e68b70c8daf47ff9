/**
 * A batch on its way through the grades, as an HTTP reply: a line of JSON per grade, or one JSON body when the grade that was
 * asked for is reached.
 *
 * @module
 */
import type { Grade } from '@darq/runtime/engine'

import { type EnqueueRequest, type Graded, type Link, mediaType, toFacts } from '@darq/runtime/transport'
import type { Preference } from './prefer.ts'
import { TextStream } from './text-stream.ts'

/** What one JSON body says of a batch. */
export interface BatchReply {
  /** The best grade so far. */
  readonly grade: Grade
  /** LSN of each message that was new, in order. */
  readonly lsns: readonly number[]
  /** How many of the batch, from its start, were there already. */
  readonly duplicates: number
  /** The producer's next sequence. */
  readonly expected: number
  /** What the storage really offered; missing while the batch is only in memory. */
  readonly durability?: string
  /** What of the request's session may still be lost, and what was seen with this. */
  readonly session?: string
}

/**
 * @returns once the batch is accepted. Its lines follow as the grades are reached; the last one is `committed`, or `failed`
 * with the error.
 * @throws {DarqError} what the batch is refused with
 */
export async function streamGrades(link: Pick<Link, 'enqueue'>, request: EnqueueRequest): Promise<Response> {
  // At most four lines: what a reader leaves unread is bounded.
  const stream = new TextStream()
  const accepted = Promise.withResolvers<void>()
  const write = (line: Graded | { grade: 'failed'; error: object }): void => stream.write(`${JSON.stringify(line)}\n`)
  link
    .enqueue(request, (graded) => {
      write(graded)
      accepted.resolve()
    })
    .catch((error: unknown) => {
      accepted.reject(error)
      write({ grade: 'failed', error: toFacts(error) })
    })
    .finally(() => stream.end())
  await accepted.promise
  return new Response(stream.body, { headers: { 'Content-Type': mediaType.lines } })
}

/**
 * @returns what is known of the batch when the preferred grade is reached, or when the preferred wait is over; whichever is
 * first, but at least `accepted`
 * @throws {DarqError} what the batch is refused with, or fails with while it is waited for
 */
export async function awaitGrade(
  link: Pick<Link, 'enqueue'>,
  request: EnqueueRequest,
  preferred: Preference,
): Promise<BatchReply> {
  const accepted = Promise.withResolvers<void>()
  const reached = Promise.withResolvers<void>()
  // Refused before it is accepted, or lost after the wait: nobody waits for the grade then.
  reached.promise.catch(() => undefined)
  let reply: BatchReply | undefined
  link
    .enqueue(request, (graded) => {
      if (graded.grade === 'accepted') reply = graded
      else if (reply !== undefined) reply = { ...reply, ...graded }
      accepted.resolve()
      if (graded.grade === preferred.grade) reached.resolve()
    })
    .then(reached.resolve, (error: unknown) => {
      accepted.reject(error)
      reached.reject(error)
    })
  await accepted.promise
  let timer: ReturnType<typeof setTimeout> | undefined
  const waited = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, preferred.wait_ms)
  })
  await Promise.race([reached.promise, waited]).finally(() => clearTimeout(timer))
  if (reply === undefined) throw new TypeError('a link resolved before it reported accepted')
  return reply
}

const order: readonly Grade[] = ['accepted', 'durable', 'committed']

export function reached(grade: Grade, wanted: Grade): boolean {
  return order.indexOf(grade) >= order.indexOf(wanted)
}
