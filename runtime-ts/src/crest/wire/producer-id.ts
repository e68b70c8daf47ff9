/**
 * Producer ids say what they are, so that a DARQ may forget them one day.
 *
 * - `key:…`: an idempotency key, for one message.
 * - `tab:BIRTH:UUID` and `client:BIRTH:UUID`, the birth in milliseconds since 1970, in base 36: minted for one life of a client.
 * - Anything else was chosen by an application, and is remembered for ever.
 *
 * @module
 */
import type { Stated } from '../../engine/types.ts'
import { textOf, utf8 } from '../../text.ts'

const keyed = /^key:/
const dated = /^(?:tab|client):([0-9a-z]{7,9}):[0-9a-f-]{36}$/

/** @returns what the id says of itself; undefined for one that is to be remembered */
export function statedBy(producer: string): Stated | undefined {
  if (keyed.test(producer)) return { key: true }
  const birth = dated.exec(producer)?.[1]
  return birth === undefined ? undefined : { born_ms: Number.parseInt(birth, 36) }
}

/** A new id for one life of a client. */
export function mintProducer(word: 'tab' | 'client', now_ms: number, random: string): string {
  return `${word}:${now_ms.toString(36)}:${random}`
}

/**
 * The id under which a client sends what has an idempotency key.
 *
 * @throws {DarqError} `invalid_argument` for a key that is not well-formed
 */
export function keyProducer(idempotencyKey: string): string {
  return `key:${textOf('an idempotency key', idempotencyKey)}`
}

/** A producer's id, as the engine takes it. */
interface Producer {
  readonly id: Uint8Array
  readonly stated: Stated | undefined
}

const producers_max = 4_096

/** The producers that were heard of last: an id comes again with every message. */
export class Producers {
  readonly #known = new Map<string, Producer>()

  get(producer: string): Producer {
    let known = this.#known.get(producer)
    if (known === undefined) {
      known = { id: utf8('a producer id', producer), stated: statedBy(producer) }
      if (this.#known.size >= producers_max) this.#known.clear()
      this.#known.set(producer, known)
    }
    return known
  }
}
