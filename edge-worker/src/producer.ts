/**
 * Who enqueues, and where in its sequence: from a request's headers.
 *
 * @module
 */
import { DarqError } from '@darq/runtime'
import { header, keyProducer } from '@darq/runtime/transport'
import { checkOwner, Forbidden, type Scope } from './scope.ts'

export interface SequencePosition {
  readonly producer: string
  readonly first: number
}

const key_characters_max = 255
const producer_bytes_max = 1023

/**
 * @returns the producer and sequence that the headers name
 * @throws {DarqError} `bad_frame` when they are missing or can't be; {@link Forbidden} when the bearer doesn't own the producer
 */
export function positionOf(headers: Headers, scope: Scope): SequencePosition {
  const producer = decode(headers.get(header.producer) ?? '')
  const sequence = headers.get(header.sequence) ?? ''
  const first = /^[1-9]\d{0,15}$/.test(sequence) ? Number(sequence) : Number.NaN
  const bytes = new TextEncoder().encode(producer).length
  if (bytes === 0 || bytes > producer_bytes_max)
    throw bad(`${header.producer}: a producer id of 1 to ${producer_bytes_max} bytes`, producer)
  if (!Number.isSafeInteger(first)) throw bad(`${header.sequence}: a whole number from 1 on`, sequence)
  checkOwner(scope, producer)
  return { producer, first }
}

/**
 * As {@link positionOf}, or from an idempotency key: the key then is a producer of its own, with the one sequence 1. It belongs
 * to the token's subject, or without one to who owns the scope's first producer, so that no bearer can use up another's keys.
 */
export function positionOrKeyOf(headers: Headers, scope: Scope): SequencePosition {
  const key = headers.get(header.idempotencyKey)
  if (key === null) {
    if (headers.has(header.producer)) return positionOf(headers, scope)
    throw bad(
      `${header.idempotencyKey}, or ${header.producer} and ${header.sequence}: without them a repeat could not be told`,
      'neither',
    )
  }
  // The draft standard has the key as a quoted string; most clients send it bare.
  const bare = key.replace(/^"(.*)"$/, '$1')
  if (bare === '' || bare.length > key_characters_max)
    throw bad(`${header.idempotencyKey}: 1 to ${key_characters_max} characters`, bare.slice(0, 100))
  return { producer: keyProducer(`${ownerOf(scope, bare)}/${bare}`), first: 1 }
}

/** @returns text without a slash, so that no owner with one of its keys reads like another owner with another key */
function ownerOf({ subject, producers: [first] }: Scope, key: string): string {
  // A percent sign of a producer id is escaped, so that none can pose as a subject.
  if (subject !== undefined) return `%subject:${escaped(subject)}`
  if (first === undefined) throw new Forbidden({ producer: key })
  return escaped(first)
}

function escaped(owner: string): string {
  return owner.replaceAll(/[%/]/g, encodeURIComponent)
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    throw bad(`${header.producer}: percent-encoded`, text.slice(0, 100))
  }
}

function bad(expected: string, got: string): DarqError {
  return new DarqError('bad_frame', { facts: { expected, got } })
}
