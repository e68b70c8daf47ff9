/**
 * A {@link Link} over a `MessagePort`: between a page and its worker.
 *
 * @module
 */
import type { Link } from '../crest/wire/link.ts'
import { DarqError } from '../error.ts'
import { type LinkAnswerer, openAnswerer } from './link-answerer.ts'
import { type LinkCaller, openCaller } from './link-caller.ts'
import { areCalls, areReplies } from './link-frame.ts'

/** Calls whoever answers at the other end of `port`. A port says nothing when that end dies: ask with `ping`. */
export function callPort(port: MessagePort): LinkCaller {
  const caller = openCaller({
    post: (calls, give) => port.postMessage(calls, [...give]),
    close: () => port.close(),
  })
  port.onmessage = ({ data }: MessageEvent<unknown>) => {
    if (areReplies(data)) caller.take(data)
  }
  port.onmessageerror = () => caller.lose(unreadable())
  return caller
}

/** Offers `link` at this end of `port`. */
export function answerPort(port: MessagePort, link: Link): LinkAnswerer {
  const answerer = openAnswerer(link, {
    post: (replies, give) => port.postMessage(replies, [...give]),
    close: () => port.close(),
  })
  port.onmessage = ({ data }: MessageEvent<unknown>) => {
    if (areCalls(data)) answerer.take(data)
  }
  port.onmessageerror = () => answerer.close(unreadable())
  return answerer
}

/** A batch that could not be deserialised is lost, and with it the order of the line. */
function unreadable(): DarqError {
  return new DarqError('unavailable', { message: 'a message between page and worker could not be read' })
}
