/**
 * The one error class, and its codes.
 *
 * @module
 */

/** A value that travels between hosts: JSON data, or bytes. */
export type Plain =
  | undefined
  | null
  | boolean
  | number
  | string
  | Uint8Array
  | readonly Plain[]
  | { readonly [key: string]: Plain }

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
  | 'closed' // the host, client or storage was closed
  | 'storage' // the storage failed for another reason
  | 'internal' // a defect of this package, of a platform or of the application
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

/** The one error class. `code` is stable; `app:…` codes are the application's own (`refuse`). */
export class DarqError extends Error {
  override readonly name = 'DarqError'
  readonly code: ErrorCode | `app:${string}`
  /** Whether the same call may succeed later, unchanged. */
  readonly retryable: boolean
  /** What was expected, what came, and whatever else helps. */
  readonly facts: Plain | undefined

  constructor(
    code: ErrorCode | `app:${string}`,
    options: { retryable?: boolean; cause?: unknown; facts?: Plain; message?: string } = {},
  ) {
    const facts = options.facts === undefined ? '' : ` ${JSON.stringify(options.facts)}`
    super(options.message ?? `${code}${facts}`, options.cause === undefined ? {} : { cause: options.cause })
    this.code = code
    this.retryable = options.retryable ?? retryableByDefault.has(code)
    this.facts = options.facts
  }
}

/** An error as plain data, to cross a thread or a network. */
export interface ErrorFacts {
  readonly code: ErrorCode | `app:${string}`
  readonly message: string
  readonly retryable: boolean
  readonly facts?: Plain
}

/** @returns what `error` says, as plain data; whatever is no `DarqError` becomes code `storage`, not retryable. */
export function toFacts(error: unknown): ErrorFacts {
  if (error instanceof DarqError) {
    const { code, message, retryable, facts } = error
    return facts === undefined ? { code, message, retryable } : { code, message, retryable, facts }
  }
  return { code: 'storage', message: error instanceof Error ? error.message : String(error), retryable: false }
}

/** The reverse of {@link toFacts}. */
export function fromFacts({ code, message, retryable, facts }: ErrorFacts): DarqError {
  return new DarqError(code, facts === undefined ? { message, retryable } : { message, retryable, facts })
}
