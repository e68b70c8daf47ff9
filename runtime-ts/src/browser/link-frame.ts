/**
 * What a {@link Link} looks like as plain data: calls one way, replies the other. One framing for every carrier
 * (`link-port.ts`, `link-broadcast.ts`). Frames travel in batches, in order.
 *
 * @module
 */
import type { EnqueueRequest, Graded, HostCounts, QueryRequest, ViewFacts } from '../crest/wire/link.ts'
import type { Grade } from '../engine/types.ts'
import type { ErrorFacts } from '../error.ts'

/** From the caller. `id` names the call among those of one line, and is never used again on it. */
export type CallFrame =
  | { readonly kind: 'enqueue'; readonly id: number; readonly request: EnqueueRequest }
  | { readonly kind: 'query'; readonly id: number; readonly request: QueryRequest; readonly grade: Grade }
  | { readonly kind: 'watch'; readonly id: number; readonly request: QueryRequest }
  | { readonly kind: 'expected'; readonly id: number; readonly to: string; readonly producer: string }
  | { readonly kind: 'pending'; readonly id: number; readonly to: string }
  | { readonly kind: 'counts'; readonly id: number; readonly to: string }
  /** Ends the call with that id: nobody waits for it any more. */
  | { readonly kind: 'leave'; readonly id: number }
  | { readonly kind: 'ping'; readonly id: number }

/** To the caller, about the call with that id. `done` and `failed` are the last frame of a call. */
export type ReplyFrame =
  | { readonly kind: 'graded'; readonly id: number; readonly graded: Graded }
  | { readonly kind: 'view'; readonly id: number; readonly view: ViewFacts }
  | { readonly kind: 'number'; readonly id: number; readonly value: number }
  | { readonly kind: 'counted'; readonly id: number; readonly counts: HostCounts }
  | { readonly kind: 'done'; readonly id: number }
  | { readonly kind: 'failed'; readonly id: number; readonly error: ErrorFacts }

const callKinds: ReadonlySet<string> = new Set<CallFrame['kind']>([
  'enqueue',
  'query',
  'watch',
  'expected',
  'pending',
  'counts',
  'leave',
  'ping',
])
const replyKinds: ReadonlySet<string> = new Set<ReplyFrame['kind']>([
  'graded',
  'view',
  'number',
  'counted',
  'done',
  'failed',
])

/** Whether `data`, as it came out of a message event, is a batch of calls. */
export function areCalls(data: unknown): data is readonly CallFrame[] {
  return areFrames(data, callKinds)
}

/** Whether `data`, as it came out of a message event, is a batch of replies. */
export function areReplies(data: unknown): data is readonly ReplyFrame[] {
  return areFrames(data, replyKinds)
}

// Both ends are code of one origin and, behind a port, of one build: the kind is enough to tell a batch from a stray message.
function areFrames(data: unknown, kinds: ReadonlySet<string>): boolean {
  return Array.isArray(data) && data.every((frame) => isFrame(frame) && kinds.has(frame.kind))
}

function isFrame(frame: unknown): frame is { readonly kind: string; readonly id: number } {
  return (
    typeof frame === 'object' &&
    frame !== null &&
    'kind' in frame &&
    typeof frame.kind === 'string' &&
    'id' in frame &&
    typeof frame.id === 'number'
  )
}
