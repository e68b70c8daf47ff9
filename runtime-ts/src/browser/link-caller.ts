/**
 * The calling end of a line: a {@link Link} that turns its calls into frames.
 *
 * @module
 */
import type { Link } from '../crest/wire/link.ts'
import { DarqError, fromFacts } from '../error.ts'
import { alone, gatherFrames, type Line } from './frame-batch.ts'
import type { CallFrame, ReplyFrame } from './link-frame.ts'

export interface LinkCaller {
  readonly link: Link
  /** What came back over the line. Replies to calls that nobody waits for any more are ignored. */
  take(replies: readonly ReplyFrame[]): void
  /** How many calls, pings apart, wait for their last reply. */
  readonly waiting: number
  /** Resolves when the other end has answered; stays pending if it never does, and rejects when the line is lost. */
  ping(): Promise<void>
  /** The line is gone: every waiting call, and every later one, rejects with `error`. */
  lose(error: DarqError): void
}

interface Waiting {
  take(reply: ReplyFrame): void
  lose(error: DarqError): void
}

/** @param line carries calls to the answering end; closed when the line is lost */
export function openCaller(line: Line<CallFrame>): LinkCaller {
  const waiting = new Map<number, Waiting>()
  const outbox = gatherFrames(line)
  let lost: DarqError | undefined
  let id_last = 0
  let pings = 0

  /** One call: `more` sees the replies before the last. */
  function call(
    frame: (id: number) => CallFrame,
    more: (reply: ReplyFrame) => void,
    options: { signal?: AbortSignal; give?: ArrayBuffer } = {},
  ): Promise<void> {
    return new Promise((resolve, reject) => {
      if (lost !== undefined) return reject(lost)
      const { signal, give } = options
      if (signal?.aborted) return resolve()
      id_last += 1
      const id = id_last
      const leave = () => {
        waiting.delete(id)
        outbox.add({ kind: 'leave', id })
        resolve()
      }
      const end = () => {
        waiting.delete(id)
        signal?.removeEventListener('abort', leave)
      }
      signal?.addEventListener('abort', leave, { once: true })
      waiting.set(id, {
        take(reply) {
          if (reply.kind !== 'done' && reply.kind !== 'failed') return more(reply)
          end()
          if (reply.kind === 'done') resolve()
          else reject(fromFacts(reply.error))
        },
        lose(error) {
          end()
          reject(error)
        },
      })
      outbox.add(frame(id), give)
    })
  }

  /** A call with one answer: `pick` finds it in a reply. */
  async function ask<T>(
    frame: (id: number) => CallFrame,
    expected: ReplyFrame['kind'],
    pick: (reply: ReplyFrame) => T | undefined,
  ): Promise<T> {
    let answer: T | undefined
    await call(frame, (reply) => {
      answer = pick(reply)
    })
    if (answer === undefined) throw new DarqError('bad_frame', { facts: { expected, got: 'done' } })
    return answer
  }

  const link: Link = {
    enqueue(request, report) {
      const messages = alone(request.messages)
      return call(
        (id) => ({ kind: 'enqueue', id, request: { ...request, messages } }),
        (reply) => {
          if (reply.kind === 'graded') report(reply.graded)
        },
        messages.buffer instanceof ArrayBuffer ? { give: messages.buffer } : {},
      )
    },
    query: (request, grade) =>
      ask(
        (id) => ({ kind: 'query', id, request: { ...request, body: alone(request.body) }, grade }),
        'view',
        (reply) => (reply.kind === 'view' ? reply.view : undefined),
      ),
    watch: (request, see, signal) =>
      call(
        (id) => ({ kind: 'watch', id, request: { ...request, body: alone(request.body) } }),
        (reply) => {
          if (reply.kind === 'view') see(reply.view)
        },
        { signal },
      ),
    expected: (to, producer) => ask((id) => ({ kind: 'expected', id, to, producer }), 'number', pickNumber),
    pending: (to) => ask((id) => ({ kind: 'pending', id, to }), 'number', pickNumber),
    counts: (to) =>
      ask(
        (id) => ({ kind: 'counts', id, to }),
        'counted',
        (reply) => (reply.kind === 'counted' ? reply.counts : undefined),
      ),
  }

  return {
    link,
    take(replies) {
      for (const reply of replies) waiting.get(reply.id)?.take(reply)
    },
    get waiting() {
      return waiting.size - pings
    },
    ping() {
      pings += 1
      return call(
        (id) => ({ kind: 'ping', id }),
        () => {},
      ).finally(() => {
        pings -= 1
      })
    },
    lose(error) {
      if (lost !== undefined) return
      lost = error
      for (const call of [...waiting.values()]) call.lose(error)
      outbox.close()
    },
  }
}

const pickNumber = (reply: ReplyFrame) => (reply.kind === 'number' ? reply.value : undefined)
