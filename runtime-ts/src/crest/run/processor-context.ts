/**
 * What a processor needs of its host.
 *
 * @module
 */
import type { Clock } from '../../engine/types.ts'
import type { DarqError } from '../../error.ts'

export interface Surroundings {
  /** The host's name. */
  readonly host: string
  readonly clock: Clock
  /** Uniform in [0, 1). */
  readonly random: () => number
  /** Is there a participant here, or a route, for this DARQ? */
  readonly knows: (darq: string) => boolean
  /** Does it live on another host, which can't reach this one? */
  readonly isAway: (darq: string) => boolean
  /** Names this life of the host for an effect's key. */
  readonly life: () => string
  /** A failure that nobody waits for. */
  readonly onError: (error: DarqError, where: string) => void
}

/** Was it sent by the participant itself? `from` is `host#generation/darq`; a DARQ's name may hold slashes, a host's doesn't. */
export function isSelf(
  from: string,
  { name, surroundings }: { readonly name: string; readonly surroundings: Surroundings },
): boolean {
  const slash = from.indexOf('/')
  return from.slice(slash + 1) === name && from.startsWith(`${surroundings.host}#`)
}

/** @returns a random UUID (version 4) */
export function uuid(random: () => number): string {
  const digits = Array.from({ length: 32 }, () => Math.floor(random() * 16))
  digits[12] = 4
  digits[16] = 8 + ((digits[16] ?? 0) & 3)
  const text = digits.map((digit) => digit.toString(16)).join('')
  return `${text.slice(0, 8)}-${text.slice(8, 12)}-${text.slice(12, 16)}-${text.slice(16, 20)}-${text.slice(20)}`
}
