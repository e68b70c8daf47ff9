/**
 * A {@link Link} that stays while what is behind it comes and goes: the worker that is replaced, the leader that changes.
 *
 * @module
 */
import type { Link } from '../crest/wire/link.ts'
import type { Clock } from '../engine/types.ts'
import { DarqError } from '../error.ts'

export interface Relay {
  /** Calls wait here, for a bounded time, while there is nothing behind it. Their order is kept. */
  readonly link: Link
  /** Puts `link` behind. Calls that wait go to it; those under way over the one before reject with `unavailable`. */
  use(link: Link): void
  /** Nothing is behind any more: calls under way reject with `error`. Later ones wait. */
  lose(error: DarqError): void
  /** Nothing will be behind for now: calls under way, waiting and later ones reject with `error`, until `use` or `lose`. */
  refuse(error: DarqError): void
}

interface Call {
  go(link: Link): void
  lose(error: DarqError): void
}

/** What else may end a call's wait. @returns stops it */
type WhileWaiting = (leave: (error: DarqError) => void) => () => void

/** @param wait_ms how long a call waits for a link before it rejects with `unavailable` (retryable) */
export function openRelay({ clock, wait_ms }: { readonly clock: Clock; readonly wait_ms: number }): Relay {
  const waiting = new Set<Call>()
  const underWay = new Set<Call>()
  let behind: Link | undefined
  let refusal: DarqError | undefined

  /**
   * Makes a call as soon as there is a link. It rejects when that link is lost, even if the link stays silent; what the link
   * says of it after that is not `current`.
   */
  function through<T>(
    make: (link: Link, current: () => boolean) => Promise<T>,
    whileWaiting: WhileWaiting = stay,
  ): Promise<T> {
    if (behind === undefined && refusal !== undefined) return Promise.reject(refusal)
    return new Promise((resolve, reject) => {
      const call: Call = {
        go(link) {
          underWay.add(call)
          make(link, () => underWay.has(call))
            .then(resolve, reject)
            .finally(() => underWay.delete(call))
        },
        lose: reject,
      }
      if (behind === undefined) waitFor(call, whileWaiting)
      else call.go(behind)
    })
  }

  function waitFor(call: Call, whileWaiting: WhileWaiting): void {
    const end = () => {
      waiting.delete(entry)
      stopClock()
      stopListening()
    }
    const entry: Call = {
      go(link) {
        end()
        call.go(link)
      },
      lose(error) {
        end()
        call.lose(error)
      },
    }
    const stopClock = clock.wake(clock.now_ms() + wait_ms, () =>
      entry.lose(new DarqError('unavailable', { message: 'no host could be reached', facts: { waited_ms: wait_ms } })),
    )
    const stopListening = whileWaiting(entry.lose)
    waiting.add(entry)
  }

  function loseUnderWay(error: DarqError): void {
    const calls = [...underWay]
    underWay.clear()
    behind = undefined
    for (const call of calls) call.lose(error)
  }

  return {
    link: {
      enqueue: (request, report) =>
        through((link, current) =>
          link.enqueue(request, (graded) => {
            if (current()) report(graded)
          }),
        ),
      query: (request, grade) => through((link) => link.query(request, grade)),
      async watch(request, see, signal) {
        if (signal.aborted) return
        const show = (current: () => boolean) => (view: Parameters<typeof see>[0]) => {
          if (current()) see(view)
        }
        const leave = (lose: (error: DarqError) => void) => {
          const stop = () => lose(new DarqError('cancelled'))
          signal.addEventListener('abort', stop, { once: true })
          return () => signal.removeEventListener('abort', stop)
        }
        try {
          await through((link, current) => link.watch(request, show(current), signal), leave)
        } catch (error) {
          // Whoever aborts a watch has what he asked for.
          if (!signal.aborted) throw error
        }
      },
      expected: (to, producer) => through((link) => link.expected(to, producer)),
      pending: (to) => through((link) => link.pending(to)),
      counts: (to) => through((link) => link.counts(to)),
    },
    use(link) {
      if (link === behind) return
      loseUnderWay(new DarqError('unavailable', { message: 'the host was replaced' }))
      behind = link
      refusal = undefined
      for (const entry of [...waiting]) entry.go(link)
    },
    lose(error) {
      refusal = undefined
      loseUnderWay(error)
    },
    refuse(error) {
      refusal = error
      loseUnderWay(error)
      for (const entry of [...waiting]) entry.lose(error)
    },
  }
}

/** For a call that has nothing else to wait for. */
const stay: WhileWaiting = () => () => {}
