/**
 * The answering end of a line: makes the calls that arrive at a {@link Link}, and reports what comes of them.
 *
 * @module
 */
import type { Link, ViewFacts } from '../crest/wire/link.ts'
import { type DarqError, toFacts } from '../error.ts'
import { alone, gatherFrames, type Line } from './frame-batch.ts'
import type { CallFrame, ReplyFrame } from './link-frame.ts'

export interface LinkAnswerer {
  take(calls: readonly CallFrame[]): void
  /** How many calls are under way. */
  readonly answering: number
  /** Ends every watch, answers what is under way with `error`, and nothing after that. */
  close(error: DarqError): void
}

/** @param line carries replies to the calling end; closed with the answerer */
export function openAnswerer(link: Link, line: Line<ReplyFrame>): LinkAnswerer {
  const answering = new Map<number, AbortController>()
  const outbox = gatherFrames(line)

  async function answer(call: CallFrame, signal: AbortSignal): Promise<void> {
    const { id } = call
    // After `leave` or `close` a late word of the link must not follow the last frame.
    const reply = (frame: ReplyFrame) => {
      if (!signal.aborted) outbox.add(frame)
    }
    switch (call.kind) {
      case 'enqueue':
        return link.enqueue(call.request, (graded) => reply({ kind: 'graded', id, graded }))
      case 'query':
        return reply({ kind: 'view', id, view: whole(await link.query(call.request, call.grade)) })
      case 'watch':
        return link.watch(call.request, (view) => reply({ kind: 'view', id, view: whole(view) }), signal)
      case 'expected':
        return reply({ kind: 'number', id, value: await link.expected(call.to, call.producer) })
      case 'pending':
        return reply({ kind: 'number', id, value: await link.pending(call.to) })
      case 'counts':
        return reply({ kind: 'counted', id, counts: await link.counts(call.to) })
      case 'ping':
      case 'leave':
        return
    }
  }

  function end(id: number, last: ReplyFrame): void {
    if (answering.delete(id)) outbox.add(last)
  }

  return {
    take(calls) {
      for (const call of calls) {
        const { id } = call
        if (call.kind === 'leave') {
          answering.get(id)?.abort()
          answering.delete(id)
          continue
        }
        const controller = new AbortController()
        answering.set(id, controller)
        answer(call, controller.signal).then(
          () => end(id, { kind: 'done', id }),
          (error: unknown) => end(id, { kind: 'failed', id, error: toFacts(error) }),
        )
      }
    },
    get answering() {
      return answering.size
    },
    close(error) {
      for (const [id, controller] of [...answering]) {
        controller.abort()
        end(id, { kind: 'failed', id, error: toFacts(error) })
      }
      outbox.flush()
      outbox.close()
    },
  }
}

function whole(view: ViewFacts): ViewFacts {
  return view.grade === 'withdrawn' ? view : { grade: view.grade, value: alone(view.value) }
}
