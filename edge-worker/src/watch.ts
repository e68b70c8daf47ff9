/**
 * A watched query as server-sent events: a `view` after every change, with its grade.
 *
 * @module
 */

import { heartbeat_ms, type Link, mediaType, type QueryRequest, toFacts, type ViewFacts } from '@darq/runtime/transport'
import { TextStream } from './text-stream.ts'

/** A reader that takes nothing for as many heartbeats is dropped, so that its slot is free for others. */
const unread_heartbeats_max = 3

/**
 * A reader that is slower than the changes gets the newest value, not all of them: what waits for it is one value, and the
 * withdrawal before it if there was one.
 *
 * @param encode a value as JSON text
 * @param ended is called once, when the watch has ended or the reader has left: the next heartbeat at the latest finds that out
 */
export function streamViews(
  link: Pick<Link, 'watch'>,
  request: QueryRequest,
  encode: (value: Uint8Array) => string,
  ended: () => void,
): Response {
  let waiting: readonly ViewFacts[] = []
  const stream = new TextStream(() => tell())
  const tell = (): void => {
    if (!stream.isDrained || waiting.length === 0) return
    const events = waiting.map((view) => event(view, encode)).join('')
    waiting = []
    stream.write(events)
  }
  let unread = 0
  const heartbeat = setInterval(() => {
    unread = stream.isDrained ? 0 : unread + 1
    if (stream.isDrained) stream.write(': still here\n\n')
    else if (unread >= unread_heartbeats_max) stream.drop()
  }, heartbeat_ms)
  link
    .watch(
      request,
      (view) => {
        waiting = [...waiting.filter(({ grade }) => grade === 'withdrawn').slice(-1), view]
        tell()
      },
      stream.left,
    )
    // Failed, not withdrawn: the reader takes it as the watch's error and may watch again.
    .catch((error: unknown) => stream.write(`event: failed\ndata: ${JSON.stringify({ error: toFacts(error) })}\n\n`))
    .finally(() => {
      clearInterval(heartbeat)
      stream.end()
      ended()
    })
  return new Response(stream.body, { headers: { 'Content-Type': mediaType.events } })
}

function event(view: ViewFacts, encode: (value: Uint8Array) => string): string {
  const data =
    view.grade === 'withdrawn' ? JSON.stringify(view) : `{"grade":"${view.grade}","value":${encode(view.value)}}`
  return `event: view\ndata: ${data}\n\n`
}
