/**
 * What a processor needs of its host.
 *
 * @module
 */
import type { Clock } from '../../engine/types.ts'
import type { DarqError } from '../../error.ts'

export interface ProcessorContext {
  /** The host's name. */
  readonly host: string
  readonly clock: Clock
  /** Uniform in [0, 1). */
  readonly random: () => number
  /** Is there a participant here, or a route, for this DARQ? */
  readonly knows: (darq: string) => boolean
  /** Does it live on another host, which can't reach this one? */
  readonly isAway: (darq: string) => boolean
  /** The most that a message may have, and a value that is handed over, in bytes. */
  readonly message_bytes_max: number
  /** Names this life of the host for an effect's key. */
  readonly life: () => string
  /** A failure that has no caller. */
  readonly onError: (error: DarqError, where: string) => void
}

/** Was it sent by the participant itself? `from` is `host#generation/darq`; a DARQ's name may hold slashes, a host's doesn't. */
export function isSelf(
  from: string,
  { name, context }: { readonly name: string; readonly context: ProcessorContext },
): boolean {
  const slash = from.indexOf('/')
  return from.slice(slash + 1) === name && from.startsWith(`${context.host}#`)
}
