/**
 * The one error class, and its codes.
 *
 * @module
 */

import { boundedPlain, boundedText, type Plain, text_max, textOf } from './bounded.ts'

export type { Plain } from './bounded.ts'

/**
 * What went wrong. Stable: programs may switch on it.
 *
 * `retryable` below is the default for the code; an error may carry its own.
 */
export type ErrorCode =
  // the host and its storage
  | 'fenced' // a newer owner, epoch or incarnation exists; this one may not write any more
  | 'quota' // the storage is full
  | 'backpressure' // a limit of this host is reached for now
  | 'corrupt' // stored bytes fail their checksum or contradict each other
  | 'newer_format' // stored or received bytes are of a format version that this code doesn't know
  | 'older_format' // … or of one that it no longer knows
  | 'closed' // the host, client, storage or processor was closed
  | 'storage' // the storage failed for another reason
  | 'internal' // an exception that has no code of its own
  | 'unsupported' // the platform has not what is needed, or a policy refuses it
  | 'version_gone' // the page's worker script is not on its server any more
  | 'wasm_unavailable' // core.wasm can't be loaded or may not be compiled here
  // messages and frames
  | 'gap' // a sequence was skipped
  | 'producer_expired' // the producer was forgotten, or may have been: what became of its messages is not known any more
  | 'too_large'
  | 'bad_frame'
  | 'unknown_address'
  | 'unknown_message'
  | 'schema'
  | 'invalid_argument' // an option or argument can't be
  | 'newer_version'
  | 'unauthorized'
  | 'unavailable' // the other side could not be reached
  | 'peer_rewound' // another host's storage went back in time and contradicts what it had committed
  | 'peer_lost' // another host's storage is gone; a new generation has taken its name
  | 'forgotten' // a state is older than what its host remembers: whether it survived is not known any more
  | 'session_lost' // a session has seen a state that is lost
  // steps
  | 'step_closed'
  | 'step_empty'
  | 'step_async'
  | 'conflict' // a step consumes what is not pending
  | 'handler_failed' // the application’s code threw what is no DarqError
  | 'withdrawn'
  | 'dead_letter'
  | 'timeout'
  | 'cancelled'
  | 'nondeterministic'

const retryableByDefault: ReadonlySet<string> = new Set([
  'fenced',
  'quota',
  'backpressure',
  'storage',
  'closed',
  'withdrawn',
  'timeout',
  'unavailable',
])

interface Made {
  readonly code: DarqError['code']
  readonly retryable: boolean
  readonly facts: Plain | undefined
}

/** What an application’s own code says behind `app:`; longer ones are cut. */
const code_max = 256

function isOwn(code: DarqError['code']): code is `app:${string}` {
  return code.startsWith('app:')
}

/** @returns the error if it is one, made anew if somebody has changed it since; `undefined` for anything else */
let known: (thrown: unknown) => DarqError | undefined

/** The one error class. `code` is stable; `app:…` codes are the application's own (`refuse`). */
export class DarqError extends Error {
  override readonly name = 'DarqError'
  readonly code: ErrorCode | `app:${string}`
  /** Whether the same call may succeed later, unchanged. */
  readonly retryable: boolean
  /** What was expected, what came, and whatever else helps. Frozen, and of bounded size: what is too much is left out. */
  readonly facts: Plain | undefined
  readonly #made: Made

  constructor(
    given: ErrorCode | `app:${string}`,
    options: { retryable?: boolean; cause?: unknown; facts?: Plain; message?: string } = {},
  ) {
    const code = isOwn(given) ? (`app:${boundedText(given.slice(4), code_max)}` as const) : given
    const facts = options.facts === undefined ? undefined : boundedPlain(options.facts)
    const message = options.message ?? (facts === undefined ? code : `${code} ${JSON.stringify(facts)}`)
    super(textOf(message), options.cause === undefined ? {} : { cause: options.cause })
    this.code = code
    this.retryable = options.retryable ?? retryableByDefault.has(code)
    this.facts = facts
    this.#made = { code, retryable: this.retryable, facts }
  }

  static {
    known = (thrown) => {
      // Unlike instanceof, this asks nothing of what was thrown: it may be a proxy.
      if (typeof thrown !== 'object' || thrown === null || !(#made in thrown)) return undefined
      const own = (name: string): unknown => Object.getOwnPropertyDescriptor(thrown, name)?.value
      const { code, retryable, facts } = thrown.#made
      const message = own('message')
      const isSame = own('code') === code && own('retryable') === retryable && own('facts') === facts
      if (isSame && typeof message === 'string' && message.length <= text_max) return thrown
      return new DarqError(code, {
        cause: thrown,
        retryable,
        message: textOf(thrown),
        ...(facts !== undefined && { facts }),
      })
    }
  }
}

/** `instanceof`, of whatever may have been thrown: a proxy may throw when it is asked. */
export function isA<T>(thrown: unknown, kind: abstract new (...given: never) => T): thrown is T {
  try {
    return thrown instanceof kind
  } catch {
    return false
  }
}

/**
 * @param where a sentence that what was thrown is put behind
 * @returns what was thrown, as the one error class; of what is none, the code says whose it was
 */
export function asError(
  thrown: unknown,
  code: ErrorCode,
  { where, ...options }: { readonly where?: string; readonly retryable?: boolean } = {},
): DarqError {
  const error = known(thrown)
  if (error !== undefined) return error
  const text = textOf(thrown)
  const message = where === undefined ? text : `${where}: ${text}`
  return new DarqError(code, { ...options, cause: thrown, message, facts: { thrown: text } })
}

/** Tells who listens for errors; one that throws itself must not stop what has gone wrong otherwise. */
export function tell(
  listen: ((error: DarqError, where: string) => void) | undefined,
  error: DarqError,
  where: string,
): void {
  try {
    listen?.(error, where)
  } catch (thrown) {
    console.error('onError threw:', textOf(thrown), 'while it was told of:', error.message)
  }
}

/** An error as plain data, to cross a thread or a network. */
export interface ErrorFacts {
  readonly code: ErrorCode | `app:${string}`
  readonly message: string
  readonly retryable: boolean
  readonly facts?: Plain
}

/** @returns what `error` says, as plain data; whatever is no `DarqError` becomes code `internal`, not retryable. */
export function toFacts(error: unknown): ErrorFacts {
  const { code, message, retryable, facts } = asError(error, 'internal')
  return facts === undefined ? { code, message, retryable } : { code, message, retryable, facts }
}

/** The reverse of {@link toFacts}. */
export function fromFacts({ code, message, retryable, facts }: ErrorFacts): DarqError {
  return new DarqError(code, facts === undefined ? { message, retryable } : { message, retryable, facts })
}
