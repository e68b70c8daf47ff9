/**
 * Views as a client sees them: over one link after the other, and only the newest when the reader is slow.
 *
 * @module
 */
import type { Grade } from '../../engine/types.ts'
import { type DarqError, fromFacts, type Plain } from '../../error.ts'
import type { Link, QueryRequest, ViewFacts } from '../wire/link.ts'
import { decodePlain } from '../wire/plain.ts'
import type { View } from './client-types.ts'
import { closedError, type Links, linkError } from './links.ts'

/** A view whose value was decoded, not yet given its type. */
export type PlainView =
  | { readonly grade: Grade; readonly value: Plain }
  | { readonly grade: 'withdrawn'; readonly error: DarqError }

/**
 * Unread views, at most three: the newest committed value, a withdrawal, and the newest value. What is outdated is passed
 * over; but a reader who waits for committed must not miss it because a newer value has come, nor ever a withdrawal of
 * something that he may have seen.
 */
class Mailbox {
  #committed: PlainView | undefined
  #withdrawn: PlainView | undefined
  #newest: PlainView | undefined
  #wake: (() => void) | undefined
  #end: { readonly error: unknown } | 'end' | undefined

  put(view: PlainView): void {
    if (view.grade === 'withdrawn') {
      this.#newest = undefined
      this.#withdrawn = view
    } else if (view.grade === 'committed') {
      this.#newest = undefined
      // A withdrawal that nobody has read comes before what has survived it.
      if (this.#withdrawn === undefined) this.#committed = view
      else this.#newest = view
    } else this.#newest = view
    this.#wake?.()
  }

  end(end: { readonly error: unknown } | 'end'): void {
    this.#end ??= end
    this.#wake?.()
  }

  #take(): PlainView | undefined {
    const view = this.#committed ?? this.#withdrawn ?? this.#newest
    if (this.#committed !== undefined) this.#committed = undefined
    else if (this.#withdrawn !== undefined) this.#withdrawn = undefined
    else this.#newest = undefined
    return view
  }

  /** @returns the next view; `undefined` at the end */
  async take(): Promise<PlainView | undefined> {
    for (;;) {
      const view = this.#take()
      if (view !== undefined) return view
      if (this.#end === 'end') return undefined
      if (this.#end !== undefined) throw this.#end.error
      await new Promise<void>((resolve) => {
        this.#wake = resolve
      })
    }
  }
}

/** @throws {DarqError} what the link has refused for good, or `closed` */
export async function* watchViews(
  links: Links,
  request: QueryRequest,
  signal: AbortSignal | undefined,
): AsyncGenerator<PlainView> {
  const mailbox = new Mailbox()
  const over = new AbortController()
  const stop = (): void => over.abort()
  if (signal?.aborted) return
  // It has said so already, and will not again.
  if (links.isClosed) throw closedError()
  signal?.addEventListener('abort', stop)
  links.closing.addEventListener('abort', stop)
  over.signal.addEventListener('abort', () => mailbox.end('end'))
  void follow(links, request, (view) => mailbox.put(view), over.signal).then(
    () => mailbox.end('end'),
    (error) => mailbox.end({ error }),
  )
  try {
    for (;;) {
      const view = await mailbox.take()
      if (view === undefined) return
      yield view
    }
  } finally {
    stop()
    signal?.removeEventListener('abort', stop)
    links.closing.removeEventListener('abort', stop)
  }
}

async function follow(
  links: Links,
  request: QueryRequest,
  put: (view: PlainView) => void,
  signal: AbortSignal,
): Promise<void> {
  let last: ViewFacts | undefined
  let lost: DarqError | undefined
  const see = (view: ViewFacts): void => {
    links.worked()
    // What was seen but not committed may be gone with the host that showed it. If something else stands there now, say so.
    if (lost !== undefined && last !== undefined && isWithdrawn(last, view)) put({ grade: 'withdrawn', error: lost })
    lost = undefined
    last = view
    put(decodeView(view))
  }
  while (!signal.aborted) {
    let link: Link | undefined
    try {
      link = await links.get()
      await link.watch(request, see, signal)
      return
    } catch (thrown) {
      if (signal.aborted) return
      const error = linkError(thrown)
      if (!error.retryable) throw error
      lost = error
      await links.failed(link)
    }
  }
}

function isWithdrawn(before: ViewFacts, after: ViewFacts): boolean {
  if (before.grade === 'withdrawn' || before.grade === 'committed' || after.grade === 'withdrawn') return false
  return !equalBytes(before.value, after.value)
}

export function equalBytes(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, index) => byte === b[index])
}

function decodeView(view: ViewFacts): PlainView {
  if (view.grade === 'withdrawn') return { grade: 'withdrawn', error: fromFacts(view.error) }
  return { grade: view.grade, value: decodePlain(view.value) }
}

/** A client's cast: the address says which type the value of its query has. */
export function typedView<T>(view: PlainView): View<T> {
  return view as View<T>
}
