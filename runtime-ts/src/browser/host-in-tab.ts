/**
 * A host that is opened, watched and closed within bounded time: what hangs is given up, and fenced by the next owner.
 *
 * @module
 */
import type { Link } from '../crest/wire/link.ts'
import type { Clock, CoreInUse, Engine } from '../engine/types.ts'
import { asError, DarqError } from '../error.ts'

/** What a leader needs of the host that it opens. */
export interface HostInTab {
  /** Throws while it is being opened anew after a failure, and when it has stopped. */
  readonly engine: Pick<Engine, 'durability' | 'retry' | 'abandon'>
  readonly core: CoreInUse
  readonly link: Link
  /** Resolves when the host has stopped for good: with the reason, or `undefined` after `close`. */
  readonly stopped: Promise<DarqError | undefined>
  close(): Promise<void>
}

export const hostLimits = {
  /** Reading the log back takes a second or two when it is as long as it may be. */
  open_ms_max: 30_000,
  close_ms_max: 5_000,
} as const

export interface HostHere {
  retry(): void
  /** Resolves when the host has let go of its storage, or did not in time. Never rejects. */
  close(how: 'commit' | 'abandon', reason: DarqError): Promise<void>
}

/** Opens a host. Until `close` is called, one of `opened` and `failed` is told, and `failed` again if it stops later. */
export function keepHost(
  open: () => Promise<HostInTab>,
  clock: Clock,
  tell: { opened(host: HostInTab): void; failed(error: DarqError): void },
): HostHere {
  let host: HostInTab | undefined
  let closing = false

  const opening = open()
  const stopWaiting = clock.wake(clock.now_ms() + hostLimits.open_ms_max, () =>
    fail(new DarqError('timeout', { message: 'the host could not be opened in time' })),
  )
  const settled = opening.then(
    (opened) => {
      stopWaiting()
      host = opened
      if (closing) return
      tell.opened(opened)
      void opened.stopped.then((reason) => fail(reason ?? new DarqError('closed', { message: 'the host has stopped' })))
    },
    (error: unknown) => {
      stopWaiting()
      fail(asError(error, 'internal', { retryable: true }))
    },
  )

  /** Between two lives of an engine there is nothing to tell it. */
  function tellEngine(word: (engine: HostInTab['engine']) => void): void {
    try {
      if (host !== undefined) word(host.engine)
    } catch (error) {
      if (!(error instanceof DarqError)) throw error
    }
  }

  function fail(error: DarqError): void {
    if (!closing) tell.failed(error)
  }

  return {
    retry: () => tellEngine((engine) => engine.retry()),
    close(how, reason) {
      closing = true
      const abandon = () => tellEngine((engine) => engine.abandon(reason))
      let ready = settled
      // What is open is abandoned now, not a microtask later: another owner may be at work.
      if (how === 'abandon') ready = host === undefined ? settled.then(abandon) : Promise.resolve(abandon())
      return new Promise((resolve) => {
        const takeBack = clock.wake(clock.now_ms() + hostLimits.close_ms_max, () => {
          abandon()
          resolve()
        })
        const closed = ready.then(() => host?.close())
        // A host that can't close is fenced by the next one.
        closed
          .catch(() => {})
          .finally(() => {
            takeBack()
            resolve()
          })
      })
    },
  }
}
